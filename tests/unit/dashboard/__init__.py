"""The dashboard's frame without services."""
