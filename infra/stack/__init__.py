"""A real Kafka, PostgreSQL and Redis on one machine. `local.LocalStack` runs them for a data directory.

`state.running` says where they are; `broker.Broker` is one to break in tests. This module itself stays empty, so that
whoever needs one part loads only that.
"""
