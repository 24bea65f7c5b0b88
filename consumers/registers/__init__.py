"""The registers in PostgreSQL: rows folded from the journal, with their history, in one transaction with positions."""
