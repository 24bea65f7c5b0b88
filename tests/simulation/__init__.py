"""The real loop against a deterministic model of Kafka: one seed, virtual time, faults at every step."""
