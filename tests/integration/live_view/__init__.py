"""The live view on a real Redis."""
