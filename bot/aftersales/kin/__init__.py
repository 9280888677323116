"""The near relatives of an issue: a dated follow-up, a notice, a violation, a live session."""
