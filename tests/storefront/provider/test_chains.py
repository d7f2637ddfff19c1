"""The migrations of the providers: a chain for each, in a schema of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from storefront.database import temporary_database
from storefront.system import CHAINS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.database import Database
    from storefront.framework.migrating import Chain

SCHEMAS = [chain.schema for chain in CHAINS]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database with no migrations but the users API's."""
    with temporary_database() as database:
        yield database


@pytest.mark.parametrize("chain", CHAINS, ids=SCHEMAS)
def test_a_chain_makes_what_the_tables_say_without_any_other_and_leads_down_and_up_again(
    database: Database, chain: Chain
) -> None:
    chain.upgrade(database)
    above = differences(database, chain)
    chain.downgrade(database)
    below = inspect(database.engine).get_table_names(schema=chain.schema)
    chain.upgrade(database)
    assert (above, below, differences(database, chain)) == ([], ["alembic_version"], [])
    chain.downgrade(database)


def differences(database: Database, chain: Chain) -> list[object]:
    def own(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "schema" or name == chain.schema

    with database.engine.connect() as connection:
        options = {"include_schemas": True, "include_name": own, "version_table_schema": chain.schema}
        operations = compare_metadata(MigrationContext.configure(connection, opts=options), chain.metadata)
    return [operation for operation in operations if "alembic_version" not in repr(operation)]
