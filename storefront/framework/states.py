"""What provider states work on: the database of this process's providers, or the one that the environment names."""

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
    """Have the states work on `database` while the context lasts."""
    _databases.append(database)
    try:
        yield
    finally:
        _databases.remove(database)


@contextmanager
def rows(keys: Table | None = None) -> Iterator[Session]:
    """One transaction on the bound database, or else on the one that the environment names.

    Args:
        keys: The provider's idempotency keys, which it forgets: what it answered before is no part of its state.

    Raises:
        BadInputError: There is neither.
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
            "the provider states have no database to work on",
            where=_VARIABLE,
            remedy="set it to what `python -m storefront` says, or run the providers in this process",
        )
    return Database(database_url(url, variable=_VARIABLE))
