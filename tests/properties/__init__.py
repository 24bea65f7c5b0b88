"""Properties that hold in every run: order, matching, invariants, recovery, determinism."""
