"""A provider's migrations: an independent chain in a separate schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, text

if TYPE_CHECKING:
    from storefront.database import Database

__all__ = ["Chain"]

_MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's migrations.

    Args:
        metadata: Its tables, in the provider's schema.
        folder: The folder of its migrations below storefront/migrations.
    """

    metadata: MetaData
    folder: str

    @property
    def schema(self) -> str:
        """The schema of all its tables."""
        return str(self.metadata.schema)

    def upgrade(self, database: Database, revision: str = "head") -> None:
        """Apply migrations up to `revision`."""
        with database.engine.begin() as connection:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))
            command.upgrade(self._config(connection), revision)

    def downgrade(self, database: Database, revision: str = "base") -> None:
        """Revert migrations down to `revision`."""
        with database.engine.begin() as connection:
            command.downgrade(self._config(connection), revision)

    def _config(self, connection: object) -> Config:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS / "chains"))
        config.set_main_option("version_locations", str(_MIGRATIONS / self.folder))
        config.set_main_option("path_separator", "newline")
        config.attributes.update(connection=connection, metadata=self.metadata)
        return config
