"""The pipeline on a real broker while something is broken on purpose. Each test counts the faults that it saw."""
