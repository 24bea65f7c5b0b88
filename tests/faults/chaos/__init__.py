"""The whole system on three brokers while a seeded schedule breaks it: `make chaos SECONDS=… SEED=…`."""
