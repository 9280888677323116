"""A Bot API server of our own: the demo talks to it, the tests judge by it."""
