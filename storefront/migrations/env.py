"""Alembic's entry: runs migrations on the connection that the caller hands over."""

from __future__ import annotations

from alembic import context

from storefront.users.tables import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
