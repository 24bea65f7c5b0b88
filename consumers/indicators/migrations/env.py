"""Alembic's entry: runs the steps on the connection that `upgrade` opened, in the schema that it chose."""

from alembic import context

from consumers.indicators.tables import VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
