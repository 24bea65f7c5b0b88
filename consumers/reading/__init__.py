"""How a reader follows a topic: the loop, what it asks of a store, its figures."""
