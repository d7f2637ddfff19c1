"""Required verifications: the relevant provider versions without a result for a content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, func, literal, select, union_all

from pactape.broker.records import Version
from pactape.broker.store.database import tables as t
from pactape.broker.store.versions import versions_by_id

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from pactape.broker.records import Pacticipant, Publication

__all__ = ["RequiredVerification", "required_verifications", "webhooks_and_required"]


class RequiredVerification(msgspec.Struct, frozen=True, kw_only=True):
    """A provider version that must verify a content.

    Args:
        branch: The branch that makes it relevant: the main branch, or else its last one.
        descriptions: Why it is relevant, in the official broker's words: "latest from main branch", "deployed in
            test".
    """

    version: Version
    branch: str
    descriptions: tuple[str, ...]


def webhooks_and_required(
    connection: Connection, publication: Publication, provider: Pacticipant
) -> tuple[bool, list[Row[Any]]]:
    """Return whether webhooks exist, and the rows that `required_verifications` reads, with one statement."""
    values = {"provider": provider.id, "main": provider.main_branch, "content": publication.content_id}
    rows = connection.execute(_CONTEXT, values).all()
    return any(row.version_id == 0 for row in rows), [row for row in rows if row.version_id]


def required_verifications(
    connection: Connection, rows: list[Row[Any]], provider: Pacticipant
) -> list[RequiredVerification]:
    """Return the provider versions without a result, the earliest first."""
    versions = versions_by_id(connection, {row.version_id for row in rows}) if rows else {}
    verifications = []
    for version in sorted(versions.values(), key=lambda item: item.id):
        why = tuple(dict.fromkeys(row.why for row in rows if row.version_id == version.id))
        is_main = _MAIN in why and provider.main_branch
        branch = provider.main_branch if is_main else next(iter(version.branches[-1:]), "")
        verifications.append(RequiredVerification(version=version, branch=branch or "", descriptions=why))
    return verifications


_MAIN = "latest from main branch"
_HEAD = (
    select(func.max(t.branch_versions.c.version_id).label("version_id"), literal(_MAIN).label("why"))
    .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
    .where(t.branches.c.pacticipant_id == bindparam("provider"), t.branches.c.name == bindparam("main"))
)
_IN_USE = (
    select(t.placements.c.version_id, (t.placements.c.kind + " in " + t.environments.c.name).label("why"))
    .join(t.versions, t.versions.c.id == t.placements.c.version_id)
    .join(t.environments, t.environments.c.id == t.placements.c.environment_id)
    .where(t.placements.c.ended_at.is_(None), t.versions.c.pacticipant_id == bindparam("provider"))
)
_WANTED = union_all(_HEAD, _IN_USE).subquery()
_VERIFIED = select(t.results.c.id).where(
    t.results.c.content_id == bindparam("content"), t.results.c.provider_version_id == _WANTED.c.version_id
)
_HOOKED = select(literal(0).label("version_id"), literal("webhooks").label("why")).where(
    select(t.webhooks.c.id).exists()
)
_CONTEXT = union_all(
    select(_WANTED.c.version_id, _WANTED.c.why).where(_WANTED.c.version_id.is_not(None), ~_VERIFIED.exists()),
    _HOOKED,
)
