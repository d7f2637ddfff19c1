"""Loads and calls the functions that produce a provider's messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import ApplicationError, ProviderMessageError
from pactape.handler_calls import finish_call
from pactape.imports import import_object

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.matching import Message

__all__ = ["MessageFactories", "load_message_factories", "produce_message"]

#: Functions that produce messages, by the interaction's description: a `Message`, bytes, or a JSON value.
MessageFactories = Mapping[str, Callable[[], object]]

_JSON = "application/json"


def load_message_factories(reference: str | None, *, root: Path) -> MessageFactories:
    """Import the message functions of a setting.

    Args:
        reference: "package.module:NAME", where NAME is a mapping from descriptions to functions without arguments;
            None for no functions.
        root: The project's folder, the first folder that modules are imported from.

    Raises:
        ApplicationError: The module or the name can't be imported.
        ProviderMessageError: The object is not such a mapping.
    """
    if reference is None:
        return {}
    factories = import_object(reference, root=root, error=ApplicationError)
    if not isinstance(factories, Mapping) or not all(callable(factory) for factory in factories.values()):
        raise ProviderMessageError(
            f"messages = {reference!r} is not a mapping from descriptions to functions",
            remedy='define MESSAGES = {"a user was created": function} there and write "package.module:MESSAGES"',
        )
    return factories


def produce_message(description: str, factories: MessageFactories) -> Message:
    """Call the function of a message.

    Bytes become the message's contents, and any other value except a `Message` becomes JSON. Coroutines are run.

    Args:
        description: The interaction's description.
        factories: The functions.

    Raises:
        ProviderMessageError: No function produces the message, or it failed (the cause is chained).

    Example:
        >>> produce_message("a user was created", {"a user was created": lambda: {"id": 7}}).contents
        b'{"id":7}'
    """
    if description not in factories:
        raise ProviderMessageError(
            f"no function produces the message {description!r}",
            remedy=f"add it to the messages mapping, which has {sorted(factories) or 'none'}",
        )
    try:
        return _message(finish_call(factories[description]()))
    except Exception as error:
        raise ProviderMessageError(
            f"the function of the message {description!r} failed: {type(error).__name__}: {error}",
            remedy="correct it; it returns a JSON value, bytes, or a pactape.matching.Message",
        ) from error


def _message(produced: object) -> Message:
    from pactape.matching import Message  # noqa: PLC0415 -- the matcher is slow to import

    if isinstance(produced, Message):
        return produced
    if isinstance(produced, bytes):
        return Message(contents=produced)
    return Message(contents=msgspec.json.encode(produced), metadata={"contentType": _JSON})
