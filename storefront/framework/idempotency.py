"""Idempotency keys: a repeated request gets the first response and changes nothing."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from flask import Response, request
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, String, Table, func, select
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import BadRequest

from storefront.framework.content import json_response
from storefront.framework.problems import InvalidContentError, RefusalError, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from storefront.database import Database

__all__ = ["keys_table", "once", "sent_idempotency_key"]

_KEY = re.compile(r"[!-~]{1,200}")


def keys_table(metadata: MetaData) -> Table:
    """Return the table of a provider's keys: the request's fingerprint and the response, by client and key."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("client", String(100), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer),
        Column("body", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def sent_idempotency_key() -> str:
    """Return the current request's Idempotency-Key.

    Raises:
        BadRequest: The header is missing or is not 1 to 200 visible ASCII characters.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise BadRequest("send an Idempotency-Key of 1 to 200 visible ASCII characters")
    return key


def once(
    database: Database, keys: Table, *, client: str, action: Callable[[Session], Any], status: int = 201
) -> Response:
    """Return the response of `action`, which runs once for each client and key.

    Refusals by the domain are stored, too: a delayed request must not succeed after its sender got a refusal.
    Failures are not stored, so that they can be retried. A second request with the same key waits for the
    first.

    Args:
        database: Holds the keys and the rows that `action` changes, in one transaction.
        keys: The provider's table of keys.
        client: The caller; each client has its own keys.
        action: Returns the response's content.
        status: The status of a successful response.

    Raises:
        BadRequest: The request has no usable key.
        InvalidContentError: The key was used for another request.
    """
    own = {"client": client, "key": sent_idempotency_key()}
    with database.transaction() as session:
        claim = insert(keys).values(**own, fingerprint=_fingerprint()).on_conflict_do_nothing()
        if session.execute(claim.returning(keys.c.key)).scalar() is None:
            return _again(session, keys, own)
        response = _run_action(session, action, status=status)
        columns = {"status": response.status_code, "body": response.get_data()}
        session.execute(keys.update().filter_by(**own).values(**columns))
    return response


def _run_action(session: Session, action: Callable[[Session], Any], *, status: int) -> Response:
    try:
        with session.begin_nested():
            return json_response(action(session), status=status)
    except RefusalError as refusal:
        return problem(refusal.status, str(refusal))


def _again(session: Session, keys: Table, own: dict[str, str]) -> Response:
    row = session.execute(select(keys).filter_by(**own)).one()
    if row.fingerprint != _fingerprint():
        raise InvalidContentError(
            [{"field": "Idempotency-Key", "message": "the key was used for another request"}]
        )
    kind = "application/json" if row.status < 400 else "application/problem+json"  # noqa: PLR2004 -- a status class
    response = Response(row.body, status=row.status, content_type=kind)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint() -> str:
    content = f"{request.method} {request.path}\n".encode() + request.get_data()
    return hashlib.sha256(content).hexdigest()
