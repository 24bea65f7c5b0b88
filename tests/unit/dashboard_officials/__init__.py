"""The officials' pages without services: formulas, windows, words."""
