"""The pipeline on a real broker beside bare transactional loops, and its restart. Measured, never asserted."""
