"""Reading pact files: the only place where the toolkit decodes one, for specification versions 1 to 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import PactFormatError
from pactape.files import is_special
from pactape.pactfile.document import cassettes_of, interactions_of, provider_states_of
from pactape.pactfile.model import InteractionKind, Pact, PactInteraction
from pactape.pactfile.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["decode_pact", "is_pact_file", "may_be_damaged_pact", "read_pact", "read_pact_with_interactions"]

_FIRST_VERSION_WITH_TYPES = 4


def read_pact(path: Path) -> Pact:
    """Read a pact file.

    Raises:
        PactFormatError: The file can't be read or isn't a pact file.
    """
    try:
        is_readable_once = is_special(path)
        data = b"" if is_readable_once else path.read_bytes()
    except OSError as error:
        reason = "a folder without pact files" if path.is_dir() else error.strerror
        raise PactFormatError(
            f"can't be read ({reason})", where=path, remedy="derive it with `pactape derive`"
        ) from error
    if is_readable_once:
        raise PactFormatError(
            "is a pipe or a device, which can't be read again",
            where=path,
            remedy="write its content to a file",
        )
    return decode_pact(data, path=path)


def read_pact_with_interactions(path: Path) -> Pact:
    """Read a pact file that has something to verify.

    Raises:
        PactFormatError: The file can't be read, isn't a pact file, has no interactions, or one without a request, a
            response or, in version 4, a type.
    """
    pact = read_pact(path)
    for interaction in pact.interactions:
        if missing := _missing_part(interaction):
            raise PactFormatError(
                f"is not a pact file (the interaction {interaction.description!r} has no {missing})",
                where=path,
                remedy="correct or delete it",
            )
    if not pact.interactions:
        raise PactFormatError(
            "has no interactions",
            where=path,
            remedy="record a test of this provider and run `pactape derive`",
        )
    return pact


def _missing_part(interaction: PactInteraction) -> str | None:
    """Return a part that an interaction lacks: the verifier would send `GET /`, expect 200, or ignore it."""
    if interaction.kind is not InteractionKind.HTTP:
        return None
    parts = (part for part in ("request", "response") if not isinstance(interaction.document.get(part), dict))
    has_types = interaction.version >= _FIRST_VERSION_WITH_TYPES
    return next(parts, "type" if has_types and interaction.document.get("type") is None else None)


def decode_pact(data: bytes, *, path: Path | None = None) -> Pact:
    """Decode the bytes of a pact file.

    Args:
        data: UTF-8 JSON.
        path: The file they come from, or belong in.

    Raises:
        PactFormatError: They aren't a pact file: not JSON, without a consumer, a provider or a list of
            interactions, with an unknown type of interaction, or of an unknown version of the specification.

    Example:
        >>> text = b'{"consumer": {"name": "web"}, "provider": {"name": "users"}, "interactions": []}'
        >>> decode_pact(text).provider
        'users'
    """
    try:
        return _pact(msgspec.json.decode(data), data, path)
    except (ValueError, RecursionError) as error:
        raise PactFormatError(
            f"is not a pact file ({error})",
            where=path,
            remedy="correct or delete it; `pactape derive` writes pact files from recordings",
        ) from error


def is_pact_file(path: Path) -> bool:
    """Whether a JSON file looks like a pact file: it has a consumer, a provider, and interactions or messages."""
    try:
        members = _members(path)
    except ValueError:
        return False
    return members >= {"consumer", "provider"} and not members.isdisjoint({"interactions", "messages"})


def may_be_damaged_pact(path: Path) -> bool:
    """Whether a JSON file may be a damaged pact file: it isn't valid JSON, or has some members of one."""
    try:
        return not _members(path).isdisjoint({"consumer", "provider", "interactions", "messages"})
    except ValueError:
        return True


def _members(path: Path) -> frozenset[str]:
    """Return the names of a JSON object's members; none if there is no such file, or it has another value.

    Raises:
        ValueError: The file is not valid JSON.
    """
    try:
        document = msgspec.json.decode(path.read_bytes())
    except OSError:
        return frozenset()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return frozenset(document) if isinstance(document, dict) else frozenset()


def _pact(document: Any, data: bytes, path: Path | None) -> Pact:
    if not isinstance(document, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 -- of the file, not of the caller
    consumer, provider = _participant(document, "consumer"), _participant(document, "provider")
    version = version_of(document)
    _check_lists(document)
    interactions = tuple(_interactions(document, consumer=consumer, provider=provider, version=version))
    return Pact(
        consumer=consumer, provider=provider, interactions=interactions, version=version, data=data, path=path
    )


def _participant(document: dict[str, Any], role: str) -> str:
    participant = document.get(role)
    name = participant.get("name") if isinstance(participant, dict) else None
    if not isinstance(name, str) or not name:
        raise ValueError(f"it has no {role} name")
    return name


def _check_lists(document: dict[str, Any]) -> None:
    if document.keys().isdisjoint({"interactions", "messages"}):
        raise ValueError("it has neither interactions nor messages")
    for key in ("interactions", "messages"):
        listed = document.get(key)
        if listed is not None and not (
            isinstance(listed, list) and all(isinstance(item, dict) for item in listed)
        ):
            raise ValueError(f"{key} is not a list of objects")


def _interactions(
    document: dict[str, Any], *, consumer: str, provider: str, version: int
) -> Iterator[PactInteraction]:
    for index, (key, interaction) in enumerate(interactions_of(document)):
        description = _description(interaction, index)
        _check_states(interaction, description)
        _check_status(interaction, description)
        yield PactInteraction(
            consumer=consumer,
            provider=provider,
            description=description,
            states=tuple(provider_states_of(interaction)),
            kind=_kind(interaction, key),
            document=interaction,
            version=version,
            pending=interaction.get("pending") is True,
            cassettes=cassettes_of(interaction),
        )


def _description(interaction: dict[str, Any], index: int) -> str:
    """The description; the official engine numbers interactions that have none."""
    description = interaction.get("description")
    return f"Interaction {index}" if description is None else str(description)


def _check_states(interaction: dict[str, Any], description: str) -> None:
    states = interaction.get("providerStates")
    for state in states if isinstance(states, list) else ():
        if not isinstance(state, dict | str) or (isinstance(state, dict) and state.get("name") is None):
            raise ValueError(f"a provider state of {description!r} has no name")


def _check_status(interaction: dict[str, Any], description: str) -> None:
    response = interaction.get("response")
    status = response.get("status") if isinstance(response, dict) else None
    if status is not None and type(status) is not int:
        raise ValueError(f"the response status of {description!r} is not an integer: {status!r}")


def _kind(interaction: dict[str, Any], key: str) -> InteractionKind:
    if key == "messages":
        return InteractionKind.MESSAGE
    type_name = interaction.get("type")
    if type_name is None:
        return InteractionKind.HTTP
    try:
        return InteractionKind(type_name)
    except ValueError:
        raise ValueError(f"the interaction type {type_name!r} is not supported") from None
