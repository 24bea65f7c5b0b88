"""Tests of the pages that show what proves a decision."""
