"""Publishes contracts: contents, identified by their hash, and the consumer versions that have them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select
from sqlalchemy import delete as remove
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.records import Publication
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import identity_of
from pactape.broker.store.versions import delete_unpublished

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select

    from pactape.broker.records import Pacticipant, Version

__all__ = [
    "CONSUMERS",
    "PROVIDERS",
    "between",
    "content",
    "delete_publication",
    "delete_publications",
    "find_publication",
    "previous_contents",
    "publication_of_content",
    "publish",
    "select_publications",
]

CONSUMERS = t.pacticipants.alias("consumers")
PROVIDERS = t.pacticipants.alias("providers")


def content(connection: Connection, content_id: int) -> bytes:
    """Return the contract's JSON as first published."""
    return bytes(
        connection.execute(select(t.contents.c.body).where(t.contents.c.id == content_id)).scalar_one()
    )


def publish(
    connection: Connection,
    *,
    consumer: Pacticipant,
    provider: Pacticipant,
    version: Version,
    sha: str,
    body: bytes,
    content_id: int | None,
    now: str,
) -> Publication:
    """Publish a content for a consumer version, replacing its previous content with this provider.

    Args:
        connection: The transaction.
        consumer: The consumer.
        provider: The provider.
        version: The consumer version.
        sha: The content's hash.
        body: The content.
        content_id: The content's id if it is known.
        now: The time now.
    """
    if content_id is None:
        content_id = _ensure_content(connection, consumer, provider, sha=sha, body=body, now=now)
    ids = {"consumer_id": consumer.id, "provider_id": provider.id, "version_id": version.id}
    connection.execute(_PUBLISH, {**ids, "content_id": content_id, "created_at": now})
    return Publication(
        consumer=consumer.name,
        provider=provider.name,
        version=version.number,
        version_id=version.id,
        content_id=content_id,
        sha=sha,
        created_at=now,
    )


# The statements of every publication are built once: building a statement takes longer than running it.
_PUBLISH = upsert(t.publications).on_conflict_do_update(
    index_elements=["version_id", "provider_id"],
    set_={"content_id": upsert(t.publications).excluded.content_id},
)
_FIND_CONTENT = select(t.contents.c.id).where(
    *(t.contents.c[name] == bindparam(name) for name in ("consumer_id", "provider_id", "sha"))
)
_ADD_CONTENT = upsert(t.contents).on_conflict_do_nothing().returning(t.contents.c.id)


def _ensure_content(
    connection: Connection, consumer: Pacticipant, provider: Pacticipant, *, sha: str, body: bytes, now: str
) -> int:
    values: dict[str, Any] = {"consumer_id": consumer.id, "provider_id": provider.id, "sha": sha}
    content_id = connection.scalar(_ADD_CONTENT, values | {"body": body, "created_at": now})
    return int(
        content_id if content_id is not None else connection.execute(_FIND_CONTENT, values).scalar_one()
    )


def find_publication(
    connection: Connection, *, consumer: str, provider: str, version: str
) -> Publication | None:
    """Return the contract of one consumer version with a provider."""
    row = connection.execute(
        _publication_query(), {"consumer": consumer, "provider": provider, "version": version}
    ).first()
    return None if row is None else Publication(**row._mapping)  # noqa: SLF001 -- public in SQLAlchemy


@cache
def _publication_query() -> Select[Any]:
    version = select(t.versions.c.id).where(
        t.versions.c.pacticipant_id == identity_of(bindparam("consumer")),
        t.versions.c.number == bindparam("version"),
    )
    return select_publications().where(
        t.publications.c.version_id == version.scalar_subquery(),
        t.publications.c.provider_id == identity_of(bindparam("provider")),
    )


def publication_of_content(
    connection: Connection, *, consumer: str, provider: str, sha: str
) -> Publication | None:
    """Return the latest publication of a content."""
    query = select_publications().where(*between(consumer, provider), t.contents.c.sha == sha)
    row = connection.execute(query.order_by(t.versions.c.id.desc()).limit(1)).first()
    return None if row is None else Publication(**row._mapping)  # noqa: SLF001 -- as above


def delete_publication(connection: Connection, publication: Publication) -> None:
    """Delete a consumer version's contract; with its last publication, the content is deleted, too."""
    connection.execute(
        remove(t.publications).where(
            t.publications.c.version_id == publication.version_id,
            t.publications.c.content_id == publication.content_id,
        )
    )
    delete_unpublished(connection, [publication.content_id])


def delete_publications(connection: Connection, consumer: str, provider: str) -> int:
    """Delete every contract between two parties and return the number of deleted contracts."""
    ids = select(t.contents.c.id).join(CONSUMERS, CONSUMERS.c.id == t.contents.c.consumer_id)
    ids = ids.join(PROVIDERS, PROVIDERS.c.id == t.contents.c.provider_id).where(*between(consumer, provider))
    count_query = select(func.count()).where(t.publications.c.content_id.in_(ids))
    count = connection.scalars(count_query).one()
    connection.execute(remove(t.contents).where(t.contents.c.id.in_(ids)))
    return int(count)


@cache
def select_publications() -> Select[Any]:
    """Return the base query for publications."""
    return (
        select(
            CONSUMERS.c.name.label("consumer"),
            PROVIDERS.c.name.label("provider"),
            t.versions.c.number.label("version"),
            t.versions.c.id.label("version_id"),
            t.contents.c.id.label("content_id"),
            t.contents.c.sha,
            t.publications.c.created_at,
        )
        .select_from(t.publications)
        .join(t.versions, t.versions.c.id == t.publications.c.version_id)
        .join(t.contents, t.contents.c.id == t.publications.c.content_id)
        .join(CONSUMERS, CONSUMERS.c.id == t.publications.c.consumer_id)
        .join(PROVIDERS, PROVIDERS.c.id == t.publications.c.provider_id)
    )


def between(consumer: str | None, provider: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions for the names of the two parties; None means any."""
    conditions = [CONSUMERS.c.name == consumer] if consumer is not None else []
    return [*conditions, PROVIDERS.c.name == provider] if provider is not None else conditions


def previous_contents(
    connection: Connection, version: Version, provider: Pacticipant
) -> list[tuple[str, int] | None]:
    """Return the contents that a version's content is compared with, as in the official broker.

    For each tag of the version, this is the hash and id of the latest earlier version's content with this tag, or
    None; for a version without tags, those of the latest earlier version without tags.
    """
    values = {"provider": provider.id, "version": version.id}
    if not version.tags:
        return [_before(connection, _BEFORE_UNTAGGED, values)]
    return [_before(connection, _BEFORE_TAGGED, values | {"tag": tag.name}) for tag in version.tags]


def _before(connection: Connection, query: Select[Any], values: dict[str, Any]) -> tuple[str, int] | None:
    row = connection.execute(query, values).first()
    return None if row is None else (row.sha, row.id)


_OWNER = select(t.versions.c.pacticipant_id).where(t.versions.c.id == bindparam("version")).scalar_subquery()
_BEFORE = (
    select(t.contents.c.sha, t.contents.c.id)
    .join(t.publications, t.publications.c.content_id == t.contents.c.id)
    .where(
        t.publications.c.provider_id == bindparam("provider"),
        t.publications.c.version_id < bindparam("version"),
        t.publications.c.consumer_id == _OWNER,
    )
    .order_by(t.publications.c.version_id.desc())
    .limit(1)
)
_TAGS = select(t.tags.c.name).where(t.tags.c.version_id == t.publications.c.version_id)
_BEFORE_TAGGED = _BEFORE.where(_TAGS.where(t.tags.c.name == bindparam("tag")).exists())
_BEFORE_UNTAGGED = _BEFORE.where(~_TAGS.exists())
