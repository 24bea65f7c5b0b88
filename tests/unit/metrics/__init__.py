"""Figures, alerts, dashboards: held against what processes export."""
