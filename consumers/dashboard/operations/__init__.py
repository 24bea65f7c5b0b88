"""The page of the machinery: who runs, what waits, what went wrong. Asks whoever was wired in, and PostgreSQL."""
