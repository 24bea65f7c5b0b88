"""Side by side with what others would pick: the same events, one machine, one table. Measured, never asserted."""
