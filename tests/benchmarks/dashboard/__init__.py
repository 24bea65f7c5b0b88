"""The dashboard under load: what many readers get, and what they cost the worker. Measures, and asserts no time."""
