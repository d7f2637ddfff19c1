"""An empty schema on the PostgreSQL server of the benchmarks."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from storefront.database import server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["empty_schema"]


@contextmanager
def empty_schema() -> Iterator[str]:
    """Create a schema, give the address that leads to it alone, and drop it in the end."""
    server, name = server_url(), f"pactape_bench_{secrets.token_hex(4)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        address = server.update_query_dict({"options": f"-csearch_path={name}"})
        try:
            yield address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
