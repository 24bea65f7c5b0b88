"""The live view in Redis: what holds at this moment, folded from the journal (docs/live-view.md)."""
