"""The steps from one form of the registers to the next, for alembic. The SQL of a step stands beside it."""
