"""The functions that make a provider's messages, and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import ApplicationError, ProviderMessageError
from pactape.imports import import_object
from pactape.matching import Message

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Messages", "check_message", "load_messages", "message_of"]

#: Functions that make messages, by the interaction's description: a `Message`, bytes, or a JSON value.
Messages = Mapping[str, Callable[[], object]]

_JSON = "application/json"


def load_messages(reference: str | None, *, root: Path) -> Messages:
    """Import the functions that a setting names.

    Args:
        reference: "package.module:NAME", NAME being a mapping from descriptions to functions without arguments;
            None gives no functions.
        root: The project's folder; it is importable, first of all.

    Raises:
        ApplicationError: The module or the name can't be imported.
        ProviderMessageError: The object isn't such a mapping.
    """
    if reference is None:
        return {}
    found = import_object(reference, root=root, error=ApplicationError)
    if not isinstance(found, Mapping) or not all(callable(each) for each in found.values()):
        raise ProviderMessageError(
            f"messages = {reference!r} doesn't name a mapping from descriptions to functions",
            remedy='define MESSAGES = {"a user was created": function} there and write "package.module:MESSAGES"',
        )
    return found


def check_message(description: str, messages: Messages, *, where: object = None) -> None:
    """See that there is a function for a message.

    Args:
        description: The message's.
        messages: The functions.
        where: The contract's file, when it is known.

    Raises:
        ProviderMessageError: There is none.
    """
    if description not in messages:
        raise ProviderMessageError(
            f"no function makes the message {description!r}",
            where=where,
            remedy=f"add one to the messages mapping, which has {sorted(messages) or 'none'}",
        )


def message_of(made: object) -> Message:
    """What a function made, as a message: bytes are its contents, and anything else is a JSON value."""
    if isinstance(made, Message):
        return made
    if isinstance(made, bytes):
        return Message(contents=made)
    return Message(contents=msgspec.json.encode(made), metadata={"contentType": _JSON})
