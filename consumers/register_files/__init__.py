"""Registers and bulletins as files, folded from the journal's facts."""
