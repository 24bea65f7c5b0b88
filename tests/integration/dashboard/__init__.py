"""The dashboard over real stores."""
