"""Contracts: their content, named by its hash, and their publications for consumer versions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy import delete as remove
from sqlalchemy.dialects.sqlite import insert as upsert

from pactape.broker.records import Publication
from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Select

    from pactape.broker.records import Pacticipant, Version

__all__ = [
    "content",
    "contents_before",
    "delete_publication",
    "find_publication",
    "integrations",
    "latest_publications",
    "publication_of_content",
    "publications_of_parties",
    "publications_of_versions",
    "publish",
]

_consumers = t.pacticipants.alias("consumers")
_providers = t.pacticipants.alias("providers")


def content(connection: Connection, content_id: int) -> bytes:
    """The contract's JSON as it was published first."""
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
    now: str,
) -> Publication:
    """Publish a content for a consumer version, in place of the one that it had with this provider."""
    content_id = _ensure_content(connection, consumer, provider, sha=sha, body=body, now=now)
    values = {
        "consumer_id": consumer.id,
        "provider_id": provider.id,
        "version_id": version.id,
        "content_id": content_id,
        "created_at": now,
    }
    connection.execute(_PUBLISH, values)
    return Publication(
        consumer=consumer.name,
        provider=provider.name,
        version=version.number,
        version_id=version.id,
        content_id=content_id,
        sha=sha,
        created_at=now,
    )


# What every publication does is built once: building a statement takes longer than running it.
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
    added = connection.scalar(_ADD_CONTENT, values | {"body": body, "created_at": now})
    return int(added if added is not None else connection.execute(_FIND_CONTENT, values).scalar_one())


def find_publication(
    connection: Connection, *, consumer: str, provider: str, version: str
) -> Publication | None:
    """The contract of one consumer version with a provider."""
    row = connection.execute(
        _published(), {"consumer": consumer, "provider": provider, "version": version}
    ).first()
    return None if row is None else Publication(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it


@cache
def _published() -> Select[Any]:
    return _publications().where(
        _consumers.c.name == bindparam("consumer"),
        _providers.c.name == bindparam("provider"),
        t.versions.c.number == bindparam("version"),
    )


def publication_of_content(
    connection: Connection, *, consumer: str, provider: str, sha: str
) -> Publication | None:
    """The latest publication of a content."""
    query = _publications().where(*_between(consumer, provider), t.contents.c.sha == sha)
    return _first(connection, query.order_by(t.versions.c.id.desc()).limit(1))


def publications_of_parties(
    connection: Connection,
    *,
    consumer: str | None = None,
    provider: str | None = None,
    limit: int | None = None,
) -> list[Publication]:
    """The contracts of a consumer, of a provider or between the two, those of the latest versions first."""
    query = _publications().where(*_between(consumer, provider)).order_by(t.versions.c.id.desc())
    return _all(connection, query if limit is None else query.limit(limit))


def publications_of_versions(
    connection: Connection,
    *,
    versions: Collection[int],
    consumers: Collection[str] = (),
    providers: Collection[str] | None = None,
) -> list[Publication]:
    """The contracts of these consumer versions and of all versions of these consumers.

    Args:
        connection: The transaction.
        versions: Ids of consumer versions.
        consumers: Names of consumers that are wanted with all their versions.
        providers: Names of the providers to stay within; None means all.
    """
    wanted: list[ColumnElement[bool]] = [t.publications.c.version_id.in_(versions)]
    if consumers:
        wanted.append(_consumers.c.name.in_(consumers))
    query = _publications().where(or_(*wanted)).order_by(t.versions.c.id.desc())
    return _all(connection, query if providers is None else query.where(_providers.c.name.in_(providers)))


def latest_publications(connection: Connection, *, provider: str | None = None) -> list[Publication]:
    """For each consumer and provider the contract of the latest version that has one."""
    newest = select(
        t.publications.c.consumer_id,
        t.publications.c.provider_id,
        func.max(t.publications.c.version_id).label("version_id"),
    ).group_by(t.publications.c.consumer_id, t.publications.c.provider_id)
    heads = newest.subquery()
    query = (
        _publications()
        .join(
            heads,
            and_(
                heads.c.version_id == t.publications.c.version_id,
                heads.c.provider_id == t.publications.c.provider_id,
            ),
        )
        .where(*_between(None, provider))
        .order_by(_consumers.c.name, _providers.c.name)
    )
    return _all(connection, query)


def integrations(connection: Connection, names: Collection[str] | None = None) -> list[tuple[str, str]]:
    """Who has ever consumed whom, as consumer and provider; only these providers when names are given."""
    query = (
        select(_consumers.c.name, _providers.c.name)
        .select_from(t.contents)
        .join(_consumers, _consumers.c.id == t.contents.c.consumer_id)
        .join(_providers, _providers.c.id == t.contents.c.provider_id)
        .distinct()
        .order_by(_consumers.c.name, _providers.c.name)
    )
    if names is not None:
        query = query.where(_providers.c.name.in_(names))
    return [(consumer, provider) for consumer, provider in connection.execute(query)]


def delete_publication(connection: Connection, publication: Publication) -> None:
    """Take a consumer version's contract away; its content goes with its last publication."""
    connection.execute(
        remove(t.publications).where(
            t.publications.c.version_id == publication.version_id,
            t.publications.c.content_id == publication.content_id,
        )
    )
    used = select(t.publications.c.id).where(t.publications.c.content_id == publication.content_id)
    if connection.execute(used.limit(1)).first() is None:
        connection.execute(remove(t.contents).where(t.contents.c.id == publication.content_id))


@cache
def _publications() -> Select[Any]:
    return (
        select(
            _consumers.c.name.label("consumer"),
            _providers.c.name.label("provider"),
            t.versions.c.number.label("version"),
            t.versions.c.id.label("version_id"),
            t.contents.c.id.label("content_id"),
            t.contents.c.sha,
            t.publications.c.created_at,
        )
        .select_from(t.publications)
        .join(t.versions, t.versions.c.id == t.publications.c.version_id)
        .join(t.contents, t.contents.c.id == t.publications.c.content_id)
        .join(_consumers, _consumers.c.id == t.publications.c.consumer_id)
        .join(_providers, _providers.c.id == t.publications.c.provider_id)
    )


def _between(consumer: str | None, provider: str | None) -> list[ColumnElement[bool]]:
    wanted = [_consumers.c.name == consumer] if consumer is not None else []
    return [*wanted, _providers.c.name == provider] if provider is not None else wanted


def _first(connection: Connection, query: Select[Any]) -> Publication | None:
    row = connection.execute(query).first()
    return None if row is None else Publication(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it


def _all(connection: Connection, query: Select[Any]) -> list[Publication]:
    return [Publication(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 -- as above


def contents_before(connection: Connection, version: Version, provider: Pacticipant) -> list[str | None]:
    """What a version's content is compared with, as the official broker does.

    For each tag of the version the hash of the content that the latest earlier version with this tag has,
    None when there is none; for a version without tags that of the latest earlier version without tags.
    """
    values = {"provider": provider.id, "version": version.id}
    if not version.tags:
        return [connection.scalar(_BEFORE_UNTAGGED, values)]
    return [connection.scalar(_BEFORE_TAGGED, values | {"tag": tag.name}) for tag in version.tags]


_OWNER = select(t.versions.c.pacticipant_id).where(t.versions.c.id == bindparam("version")).scalar_subquery()
_BEFORE = (
    select(t.contents.c.sha)
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
