"""The independent check of a journal: it reads what was published and shares no code with what decided it."""
