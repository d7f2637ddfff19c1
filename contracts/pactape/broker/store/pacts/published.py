"""Lists published contracts: the latest ones, and those of branches, tags and versions.

Every query reads an index from its end, so that its cost doesn't depend on the amount of history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from pactape.broker.records import Publication
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import identity_of
from pactape.broker.store.pacts.publishing import CONSUMERS, PROVIDERS, select_publications

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import CTE, ColumnElement, Connection, Select

__all__ = [
    "latest_publication",
    "latest_publications",
    "latest_tagged_publications",
    "previous_distinct",
    "publications_between",
    "publications_of_versions",
    "recent_publications",
]


def publications_between(
    connection: Connection,
    *,
    consumer: str | None = None,
    provider: str | None = None,
    branch: str | None = None,
    main_branch: bool = False,
    tag: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Publication]:
    """Return the contracts of a consumer, of a provider or between the two, latest versions first.

    Args:
        connection: The transaction.
        consumer: The consumer's name; None means any.
        provider: The provider's name; None means any.
        branch: A branch that the consumer versions must be on.
        main_branch: Whether they must be on the consumer's main branch.
        tag: A tag that they must have.
        limit: The most to return; None means all.
        offset: How many to skip first.
    """
    query = select_publications().where(*_published_between(consumer, provider))
    query = _on(query, branch=branch, main_branch=main_branch, tag=tag)
    query = query.order_by(t.publications.c.version_id.desc()).limit(limit).offset(offset)
    return _all(connection, query)


def latest_publication(
    connection: Connection,
    *,
    consumer: str,
    provider: str,
    branch: str | None = None,
    main_branch: bool = False,
    tag: str | None = None,
    untagged: bool = False,
) -> Publication | None:
    """Return the latest contract between two parties: of all, on a branch, with a tag, or without any tag."""
    query = select_publications().where(*_published_between(consumer, provider))
    query = _on(query, branch=branch, main_branch=main_branch, tag=tag)
    if untagged:
        query = query.where(~_tags().exists())
    publications = _all(connection, query.order_by(t.publications.c.version_id.desc()).limit(1))
    return publications[0] if publications else None


def _on(query: Select[Any], *, branch: str | None, main_branch: bool, tag: str | None) -> Select[Any]:
    if branch is not None or main_branch:
        name: Any = CONSUMERS.c.main_branch if main_branch else branch
        on_branch = select(t.branch_versions.c.version_id).join(
            t.branches, t.branches.c.id == t.branch_versions.c.branch_id
        )
        query = query.where(
            on_branch.where(
                t.branch_versions.c.version_id == t.publications.c.version_id, t.branches.c.name == name
            ).exists()
        )
    return query if tag is None else query.where(_tags().where(t.tags.c.name == tag).exists())


def _published_between(consumer: str | None, provider: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions for the two parties; None means any.

    The ids come from subqueries rather than joins, so that PostgreSQL reads the index of parties from its end.
    """
    publication = t.publications.c
    columns = ((publication.consumer_id, consumer), (publication.provider_id, provider))
    return [column == identity_of(name) for column, name in columns if name is not None]


def _tags() -> Select[Any]:
    return select(t.tags.c.name).where(t.tags.c.version_id == t.publications.c.version_id)


def previous_distinct(connection: Connection, publication: Publication) -> Publication | None:
    """Return the contract of the latest earlier version between the same parties whose content differs."""
    query = select_publications().where(
        *_published_between(publication.consumer, publication.provider),
        t.publications.c.version_id < publication.version_id,
        t.publications.c.content_id != publication.content_id,
    )
    publications = _all(connection, query.order_by(t.publications.c.version_id.desc()).limit(1))
    return publications[0] if publications else None


def publications_of_versions(
    connection: Connection, *, versions: Collection[int], providers: Collection[str] | None = None
) -> list[Publication]:
    """Return the contracts of consumer versions, latest versions first.

    Args:
        connection: The transaction.
        versions: Ids of consumer versions.
        providers: Names of the providers to include; None means all.
    """
    if not versions:
        return []
    query = select_publications().where(t.publications.c.version_id.in_(versions))
    if providers is not None:
        query = query.where(PROVIDERS.c.name.in_(providers))
    return _all(connection, query.order_by(t.publications.c.version_id.desc()))


def recent_publications(
    connection: Connection,
    *,
    consumer: str | None = None,
    provider: str | None = None,
    limit: int,
) -> list[Publication]:
    """Return the contracts of the latest versions of a consumer, or of all consumers of a provider.

    Args:
        connection: The transaction.
        consumer: The consumer's name; None means any.
        provider: The provider's name; None means any.
        limit: The most to return.
    """
    query = select_publications().where(*_published_between(consumer, provider))
    return _all(connection, query.order_by(t.publications.c.version_id.desc()).limit(limit))


def latest_publications(
    connection: Connection,
    *,
    part: str = "",
    pacticipant: str | None = None,
    consumer: str | None = None,
    provider: str | None = None,
    branch: str | None = None,
    main_branch: bool = False,
    tag: str | None = None,
) -> list[Publication]:
    """Return the contract of the latest version that has one, for each consumer and provider.

    Args:
        connection: The transaction.
        part: A text that one of the names must contain, ignoring case.
        pacticipant: A name that the consumer or the provider must have.
        consumer: The consumer's name; None means any.
        provider: The provider's name; None means any.
        branch: A branch that the consumer versions must be on.
        main_branch: Whether they must be on the consumer's main branch.
        tag: A tag that they must have.
    """
    heads = _heads(consumer, provider, pacticipant, branch=branch, main_branch=main_branch, tag=tag)
    query = _of_heads(heads).where(*_name_conditions(part))
    return _all(connection, query.order_by(CONSUMERS.c.name, PROVIDERS.c.name))


def latest_tagged_publications(
    connection: Connection, *, part: str = "", consumer: str | None = None, provider: str | None = None
) -> list[Publication]:
    """Return the contract of the latest version with a tag, for each consumer, provider and tag."""
    names = select(t.tags.c.pacticipant_id, t.tags.c.name).distinct().subquery()
    head = _newest(branch=None, tag=names.c.name).limit(1).correlate(t.integrations, names).scalar_subquery()
    heads = (
        select(head.label("version_id"), t.integrations.c.provider_id)
        .join(names, names.c.pacticipant_id == t.integrations.c.consumer_id)
        .distinct()
        .cte("heads")
        .prefix_with("MATERIALIZED")
    )
    query = _of_heads(heads).where(*_published_between(consumer, provider), *_name_conditions(part))
    return _all(connection, query)


def _of_heads(heads: CTE) -> Select[Any]:
    return select_publications().join(
        heads,
        and_(
            heads.c.version_id == t.publications.c.version_id,
            heads.c.provider_id == t.publications.c.provider_id,
        ),
    )


def _heads(
    consumer: str | None,
    provider: str | None,
    pacticipant: str | None,
    *,
    branch: str | None,
    main_branch: bool,
    tag: str | None,
) -> CTE:
    """Return the latest version with a contract for each integration, computed before any join."""
    consumers, providers = t.pacticipants.alias(), t.pacticipants.alias()
    name: Any = consumers.c.main_branch if main_branch else branch
    head = _newest(branch=name, tag=tag).limit(1).scalar_subquery()
    query = (
        select(head.label("version_id"), t.integrations.c.provider_id)
        .join(consumers, consumers.c.id == t.integrations.c.consumer_id)
        .join(providers, providers.c.id == t.integrations.c.provider_id)
    )
    if consumer is not None:
        query = query.where(consumers.c.name == consumer)
    if provider is not None:
        query = query.where(providers.c.name == provider)
    if pacticipant is not None:
        query = query.where(or_(consumers.c.name == pacticipant, providers.c.name == pacticipant))
    return query.cte("heads").prefix_with("MATERIALIZED")


def _newest(*, branch: Any, tag: Any) -> Select[Any]:
    """Return the query for the consumer versions of an integration with a contract, the newest first.

    Versions on a branch or with a tag are read from the end of its index, each with a subquery for its contract:
    PostgreSQL expects few publications of a pair, and would sort them all rather than join them in index order.
    """
    consumer, provider = t.integrations.c.consumer_id, t.integrations.c.provider_id
    inner = t.publications.alias()
    if branch is None and tag is None:
        query = select(inner.c.version_id).where(
            inner.c.provider_id == provider, inner.c.consumer_id == consumer
        )
        return query.order_by(inner.c.version_id.desc())
    if branch is not None:
        branches = t.branches.alias()
        identity = select(branches.c.id).where(
            branches.c.pacticipant_id == consumer, branches.c.name == branch
        )
        version = t.branch_versions.c.version_id
        query = select(version).where(
            t.branch_versions.c.branch_id == identity.correlate_except(branches).scalar_subquery()
        )
    else:
        version = t.tags.c.version_id
        query = select(version).where(t.tags.c.pacticipant_id == consumer, t.tags.c.name == tag)
    contract_query = select(inner.c.id).where(inner.c.version_id == version, inner.c.provider_id == provider)
    if branch is not None and tag is not None:
        query = query.where(
            select(t.tags.c.name)
            .where(t.tags.c.version_id == version, t.tags.c.name == tag)
            .correlate_except(t.tags)
            .exists()
        )
    has_contract = contract_query.correlate_except(inner).limit(1).scalar_subquery().is_not(None)
    return query.where(has_contract).order_by(version.desc())


def _name_conditions(part: str) -> list[ColumnElement[bool]]:
    if not part:
        return []
    names = (CONSUMERS.c.name, PROVIDERS.c.name)
    return [or_(*(name.icontains(part, autoescape=True) for name in names))]


def _all(connection: Connection, query: Select[Any]) -> list[Publication]:
    return [Publication(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 -- public in SQLAlchemy
