"""Hostile inputs: what a coverage-guided fuzzer (atheris) feeds to the decoders and the book, and what must hold then.

`targets` names what is fed; each target is a function of bytes that returns, or raises what is a finding. They never
import atheris: `guided` does, in a process of its own, and `replay` runs them over the corpus anywhere.
"""
