"""The database of provider states: that of this process's providers, or the one in the environment."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pactape.errors import BadInputError

from storefront.database import Database, database_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

__all__ = ["bound", "rows"]

_VARIABLE = "STOREFRONT_STATES_DATABASE_URL"
_databases: list[Database] = []


@contextmanager
def bound(database: Database) -> Iterator[None]:
    """Use `database` for provider states while the context lasts."""
    _databases.append(database)
    try:
        yield
    finally:
        _databases.remove(database)


@contextmanager
def rows(keys: Table | None = None) -> Iterator[Session]:
    """Open a transaction on the bound database, or else on the one in STOREFRONT_STATES_DATABASE_URL.

    Args:
        keys: The provider's idempotency keys, which are deleted: earlier responses are not part of a state.

    Raises:
        BadInputError: Neither is set.
    """
    with _database() as database, database.transaction() as session:
        if keys is not None:
            session.execute(keys.delete())
        yield session


@contextmanager
def _database() -> Iterator[Database]:
    if _databases:
        yield _databases[-1]
        return
    with closing(_named_database()) as database:
        yield database


def _named_database() -> Database:
    url = os.environ.get(_VARIABLE)
    if not url:
        raise BadInputError(
            "provider states need a database",
            where=_VARIABLE,
            remedy="set it to the URL that `python -m storefront` prints, or run the providers in this process",
        )
    return Database(database_url(url, variable=_VARIABLE))
