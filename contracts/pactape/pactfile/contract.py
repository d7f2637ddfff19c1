"""Contracts as in-process verification reads them: interactions of versions 2, 3 and 4 in one form."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import PactFormatError
from pactape.exchange import ProviderState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Contract", "Interaction", "Kind", "is_contract", "read_contract"]


class Kind(Enum):
    """How consumer and provider meet."""

    HTTP = "Synchronous/HTTP"
    MESSAGE = "Asynchronous/Messages"
    EXCHANGE = "Synchronous/Messages"


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """One interaction, with the names of its pacticipants.

    Args:
        consumer: The consumer's name.
        provider: The provider's name.
        description: The interaction's description.
        states: The provider states it needs, in order.
        kind: HTTP, or messages.
        written: The interaction as the file has it.
        version: The specification's major version.
        pending: Whether its failure doesn't count yet.
        sources: The recordings it comes from, "path#index".
    """

    consumer: str
    provider: str
    description: str
    states: tuple[ProviderState, ...]
    kind: Kind
    written: dict[str, Any]
    version: int
    pending: bool = False
    sources: tuple[str, ...] = ()


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A pact file.

    Args:
        consumer: The consumer's name.
        provider: The provider's name.
        interactions: In the file's order, at least one.
    """

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]


def is_contract(path: Path) -> bool:
    """Whether a JSON file looks like a pact file: it has a consumer, a provider and interactions or messages."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return (
        isinstance(document, dict)
        and document.keys() >= {"consumer", "provider"}
        and not document.keys().isdisjoint({"interactions", "messages"})
    )


def read_contract(path: Path) -> Contract:
    """Read a pact file.

    Raises:
        PactFormatError: It can't be read, isn't one, or holds no interaction.
    """
    try:
        document = msgspec.json.decode(path.read_bytes())
        contract = _contract(document)
    except OSError as error:
        raise PactFormatError(
            f"can't be read ({error.strerror})", where=path, remedy="derive it with `pactape derive`"
        ) from error
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise PactFormatError(
            f"is not a pact file ({type(error).__name__}: {error})",
            where=path,
            remedy="name a JSON file with consumer, provider and interactions, as `pactape derive` writes it",
        ) from error
    if not contract.interactions:
        raise PactFormatError(
            "holds no interaction",
            where=path,
            remedy="record a test of this provider and run `pactape derive`",
        )
    return contract


def _contract(document: dict[str, Any]) -> Contract:
    consumer, provider = str(document["consumer"]["name"]), str(document["provider"]["name"])
    version = _version(document.get("metadata") or {})
    found = [
        _interaction(written, kind, consumer=consumer, provider=provider, version=version)
        for written, kind in _written(document)
    ]
    return Contract(consumer=consumer, provider=provider, interactions=tuple(found))


def _written(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Kind]]:
    for each in document.get("interactions") or ():
        yield each, Kind(each.get("type", Kind.HTTP.value))
    for each in document.get("messages") or ():
        yield each, Kind.MESSAGE


def _version(metadata: dict[str, Any]) -> int:
    written = metadata.get("pactSpecification") or metadata.get("pact-specification") or {}
    return int(
        str(written.get("version") or metadata.get("pactSpecificationVersion") or "2").partition(".")[0]
    )


def _interaction(
    written: dict[str, Any], kind: Kind, *, consumer: str, provider: str, version: int
) -> Interaction:
    return Interaction(
        consumer=consumer,
        provider=provider,
        description=str(written["description"]),
        states=tuple(_states(written)),
        kind=kind,
        written=written,
        version=version,
        pending=bool(written.get("pending")),
        sources=tuple(_sources(written.get("comments"))),
    )


def _states(written: dict[str, Any]) -> Iterator[ProviderState]:
    old = written.get("providerState") or written.get("provider_state")
    states = written.get("providerStates") or ([{"name": old}] if old else [])
    for each in states:
        yield ProviderState(name=str(each["name"]), parameters=dict(each.get("params") or {}))


def _sources(comments: Any) -> Iterable[str]:
    """The cassettes that Pactape names among an interaction's references."""
    references = comments.get("references") if isinstance(comments, dict) else None
    named = (references or {}).get("Pactape", {}).get("cassettes", ())
    return named.split(", ") if isinstance(named, str) else map(str, named)
