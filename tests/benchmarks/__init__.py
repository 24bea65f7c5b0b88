"""What the allocation costs in time and memory, measured; `make bench` prints the table. Never asserts a time."""
