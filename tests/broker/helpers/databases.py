"""Test helpers: an empty PostgreSQL schema for one test."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from storefront.database import server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

__all__ = ["empty_schema"]


@contextmanager
def empty_schema() -> Iterator[str]:
    """Create a schema, give the address that leads to it alone, and drop it in the end."""
    server, name = _server(), f"pactape_broker_{secrets.token_hex(6)}"
    _execute(server, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    try:
        address = server.update_query_dict({"options": f"-csearch_path={name} -cclient_min_messages=warning"})
        yield address.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    finally:
        _execute(server, sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


@cache
def _server() -> URL:
    return server_url()


def _execute(server: URL, statement: sql.Composed) -> None:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
