"""Integrations: pairs of consumers and providers with a contract, past or present."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.records import Integration, Pacticipant
from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row, Select

__all__ = [
    "all_integrations",
    "count_integrations",
    "delete_integration",
    "delete_integrations",
    "ensure_integration",
    "has_integration",
    "has_results",
    "integrated_providers",
    "pairs_with_results",
]

_CONSUMERS = t.pacticipants.alias("consumers")
_PROVIDERS = t.pacticipants.alias("providers")


def ensure_integration(
    connection: Connection, consumer: Pacticipant, provider: Pacticipant, *, now: str
) -> None:
    """Record that a consumer has a contract with a provider."""
    connection.execute(_ADD, {"consumer_id": consumer.id, "provider_id": provider.id, "created_at": now})


_ADD = upsert(t.integrations).on_conflict_do_nothing()


def has_integration(connection: Connection, consumer: Pacticipant, provider: Pacticipant) -> bool:
    """Return whether a consumer has ever published a contract with a provider."""
    values = {"consumer": consumer.id, "provider": provider.id}
    return connection.execute(_BETWEEN, values).first() is not None


def integrated_providers(
    connection: Connection, consumer: str, names: Collection[str]
) -> dict[str, tuple[Pacticipant, bool]]:
    """Return the pacticipants with these names, each with whether the consumer has a contract with it."""
    rows = connection.execute(_INTEGRATED, {"consumer": consumer, "names": sorted(names)})
    return {row[1]: (_pacticipant(row), bool(row[-1])) for row in rows}


# The queries of every publication are built once: building a statement takes longer than running it.
_OWNER = select(_CONSUMERS.c.id).where(_CONSUMERS.c.name == bindparam("consumer")).scalar_subquery()
_INTEGRATED = select(
    t.pacticipants,
    select(t.integrations.c.created_at)
    .where(t.integrations.c.consumer_id == _OWNER, t.integrations.c.provider_id == t.pacticipants.c.id)
    .exists(),
).where(t.pacticipants.c.name.in_(bindparam("names", expanding=True)))
_BETWEEN = select(t.integrations.c.created_at).where(
    t.integrations.c.consumer_id == bindparam("consumer"),
    t.integrations.c.provider_id == bindparam("provider"),
)


def all_integrations(
    connection: Connection,
    *,
    part: str = "",
    of_consumers: Collection[str] | None = None,
    of_providers: Collection[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Integration]:
    """Return integrations by the names of consumer and provider.

    Args:
        connection: The transaction.
        part: A text that one of the names must contain, ignoring case.
        of_consumers: The names of the consumers to include.
        of_providers: The names of the providers to include.
        limit: The most to return; None means all.
        offset: How many to skip first.
    """
    query = _filter(_integrations(), part)
    if of_consumers is not None:
        query = query.where(_CONSUMERS.c.name.in_(of_consumers))
    if of_providers is not None:
        query = query.where(_PROVIDERS.c.name.in_(of_providers))
    query = query.order_by(_CONSUMERS.c.name, _PROVIDERS.c.name).limit(limit).offset(offset)
    return [Integration(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 -- public in SQLAlchemy


def count_integrations(connection: Connection, *, part: str = "") -> int:
    """Return the number of integrations with a part of a name."""
    integrations = _filter(_integrations(), part).subquery()
    return int(connection.scalars(select(func.count()).select_from(integrations)).one())


def pairs_with_results(connection: Connection) -> set[tuple[str, str]]:
    """Return the consumers and providers with any verification result, successful or not."""
    has_result = (
        select(t.contents.c.id)
        .where(
            t.contents.c.consumer_id == t.integrations.c.consumer_id,
            t.contents.c.provider_id == t.integrations.c.provider_id,
            select(t.results.c.id).where(t.results.c.content_id == t.contents.c.id).exists(),
        )
        .exists()
    )
    query = _integrations().where(has_result)
    return {(row.consumer, row.provider) for row in connection.execute(query)}


def has_results(connection: Connection, consumer: str, provider: str) -> bool:
    """Return whether a consumer and a provider have any verification result, successful or not."""
    parties = {"consumer": consumer, "provider": provider}
    conditions = [
        getattr(t.contents.c, f"{role}_id")
        == select(t.pacticipants.c.id).where(t.pacticipants.c.name == name).scalar_subquery()
        for role, name in parties.items()
    ]
    query = select(t.results.c.id).join(t.contents, t.contents.c.id == t.results.c.content_id)
    return connection.scalar(query.where(*conditions).limit(1)) is not None


def delete_integration(connection: Connection, consumer: Pacticipant, provider: Pacticipant) -> None:
    """Delete every contract between a consumer and a provider, with its results."""
    connection.execute(
        delete(t.contents).where(
            t.contents.c.consumer_id == consumer.id, t.contents.c.provider_id == provider.id
        )
    )
    connection.execute(
        delete(t.integrations).where(
            t.integrations.c.consumer_id == consumer.id, t.integrations.c.provider_id == provider.id
        )
    )


def delete_integrations(connection: Connection) -> None:
    """Delete all contracts with their results; pacticipants and their versions stay."""
    connection.execute(delete(t.contents))
    connection.execute(delete(t.integrations))


def _integrations() -> Select[Any]:
    return (
        select(
            _CONSUMERS.c.name.label("consumer"),
            _PROVIDERS.c.name.label("provider"),
            t.integrations.c.created_at,
        )
        .select_from(t.integrations)
        .join(_CONSUMERS, _CONSUMERS.c.id == t.integrations.c.consumer_id)
        .join(_PROVIDERS, _PROVIDERS.c.id == t.integrations.c.provider_id)
    )


def _filter(query: Select[Any], part: str) -> Select[Any]:
    if not part:
        return query
    return query.where(
        _CONSUMERS.c.name.icontains(part, autoescape=True)
        | _PROVIDERS.c.name.icontains(part, autoescape=True)
    )


def _pacticipant(row: Row[Any]) -> Pacticipant:
    return Pacticipant(**{name: getattr(row, name) for name in Pacticipant.__struct_fields__})
