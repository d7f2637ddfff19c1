"""Idempotency keys: what was answered once is answered again, and done no second time."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from flask import Response, request
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, String, Table, func, select
from sqlalchemy.dialects.postgresql import insert
from werkzeug.exceptions import BadRequest

from storefront.framework.content import json_answer
from storefront.framework.problems import InvalidContentError, RefusalError, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from storefront.database import Database

__all__ = ["given_key", "keys_table", "once"]

_KEY = re.compile(r"[!-~]{1,200}")


def keys_table(metadata: MetaData) -> Table:
    """The table of a provider's keys: for each client and key, the request's fingerprint and the answer."""
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


def given_key() -> str:
    """The current request's Idempotency-Key.

    Raises:
        BadRequest: There is none, or none of 1 to 200 visible ASCII characters.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise BadRequest("send an Idempotency-Key of 1 to 200 visible ASCII characters")
    return key


def once(
    database: Database, keys: Table, *, client: str, action: Callable[[Session], Any], status: int = 201
) -> Response:
    """The answer of `action`, which is done once for each client and key.

    What the domain refuses is kept, too: a request that comes late must not succeed after its sender was told
    that it didn't. A failure is not kept, so that it can be tried again. A second request with the key waits
    for the first.

    Args:
        database: Where the keys are, and what `action` changes, in one transaction.
        keys: The table of the keys.
        client: Who asks; keys of others are others.
        action: Gives the value of the answer.
        status: The status when it is done.

    Raises:
        BadRequest: The request has no usable key.
        InvalidContentError: The key was used for another request.
    """
    own = {"client": client, "key": given_key()}
    with database.transaction() as session:
        claim = insert(keys).values(**own, fingerprint=_fingerprint()).on_conflict_do_nothing()
        if session.execute(claim.returning(keys.c.key)).scalar() is None:
            return _again(session, keys, own)
        answer = _done(session, action, status=status)
        kept = {"status": answer.status_code, "body": answer.get_data()}
        session.execute(keys.update().filter_by(**own).values(**kept))
    return answer


def _done(session: Session, action: Callable[[Session], Any], *, status: int) -> Response:
    try:
        with session.begin_nested():
            return json_answer(action(session), status=status)
    except RefusalError as refusal:
        return problem(refusal.status, str(refusal))


def _again(session: Session, keys: Table, own: dict[str, str]) -> Response:
    row = session.execute(select(keys).filter_by(**own)).one()
    if row.fingerprint != _fingerprint():
        raise InvalidContentError(
            [{"field": "Idempotency-Key", "message": "the key was used for another request"}]
        )
    kind = "application/json" if row.status < 400 else "application/problem+json"  # noqa: PLR2004 -- a refusal
    answer = Response(row.body, status=row.status, content_type=kind)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _fingerprint() -> str:
    told = f"{request.method} {request.path}\n".encode() + request.get_data()
    return hashlib.sha256(told).hexdigest()
