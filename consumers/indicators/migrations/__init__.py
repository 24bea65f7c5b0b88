"""The forms of the tables, one step after the other. Run by `consumers.indicators.tables` only."""
