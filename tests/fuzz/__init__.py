"""Random histories, the core against the naive model, and the search for the smallest history in which they differ."""
