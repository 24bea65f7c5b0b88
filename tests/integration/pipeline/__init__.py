"""The pipeline on a real broker: what goes in, the programs that run it, and what must come out."""
