"""Alembic's entry: runs one provider's migrations on the connection that the caller hands over."""

from __future__ import annotations

from alembic import context

metadata = context.config.attributes["metadata"]
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=metadata.schema,
)
with context.begin_transaction():
    context.run_migrations()
