"""Questions about the business: the catalogue, the grammar, and the figures."""
