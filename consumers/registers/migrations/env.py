"""Runs the steps on the connection that `upgrading` gives, each in a transaction of its own. Run by alembic only."""

from alembic import context

from consumers.registers.upgrading import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    version_table=VERSION_TABLE,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
