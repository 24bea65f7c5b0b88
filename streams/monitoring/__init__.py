"""National monitoring: what the journal says in figures, by windows of time. Reads the journal, never decides."""
