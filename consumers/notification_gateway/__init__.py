"""Brings every message of the topic `notifications` to its recipient, once it can, in time, in order."""
