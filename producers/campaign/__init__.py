"""Simulated seasons: families, kindergartens and departments that see what their real counterparts would see."""
