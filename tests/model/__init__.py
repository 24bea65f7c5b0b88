"""A second, naive model of the whole rule book, written from its text alone: slow, plain, and independent of the core.

Owns what the fuzz tests hold the core against. Never imports `streams`, never tries to be fast.
"""
