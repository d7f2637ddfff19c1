"""Where answers become JSON values: the `json` methods of requests and httpx, and those who read in C."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.observing.models import field_paths
from pactape.observing.tracking import TrackedArray, TrackedObject, track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Observed", "Observer", "observing"]

#: Classes whose answers have a method `json` and an attribute `request`.
_ANSWERS = (("requests.models", "Response"), ("httpx", "Response"))
#: Functions that read objects and arrays without asking them, by the place of the argument.
_READERS = (
    ("msgspec", "", "to_builtins", 0),
    ("msgspec.json", "", "encode", 0),
    ("orjson", "", "dumps", 0),
    ("pydantic.main", "BaseModel", "model_validate", 1),
    ("pydantic.type_adapter", "TypeAdapter", "validate_python", 1),
)
#: Functions that read what a model names, by the places of the value and of the model.
_MODEL_READERS = (("msgspec", "convert", 0, 1),)
_ABOUT_BODIES = ("Content-Type", "Content-Encoding")


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was read as JSON.

    Args:
        method: The request's method.
        url: The request's URL, as it was sent.
        headers: The request's headers that say what its body is.
        body: The request's body.
        usage: What was read of the answer, so far.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    usage: Any


class Observer:
    """All answers that were read as JSON while observing.

    Attributes:
        observed: In the order in which they were first read.
    """

    def __init__(self) -> None:
        self.observed: list[Observed] = []
        self._usages: dict[int, tuple[object, Usage]] = {}

    def read(self, answer: Any, value: Any) -> Any:
        """The JSON `value` of `answer`, noting what is read of it; several values of an answer share the notes."""
        known = self._usages.get(id(answer))
        if known is None:
            known = self._usages[id(answer)] = (answer, Usage())  # kept, so that its id stays its own
            self.observed.append(_observed(answer.request, known[1]))
        return track(value, known[1])


def _observed(request: Any, usage: Usage) -> Observed:
    body = request.body if hasattr(request, "body") else request.content
    return Observed(
        method=str(request.method),
        url=str(request.url),
        headers={name: found for name in _ABOUT_BODIES if (found := request.headers.get(name)) is not None}
        if body
        else {},
        body=body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
        usage=usage,
    )


@contextmanager
def observing() -> Iterator[Observer]:
    """Observe, on every thread, what is read of the JSON answers of requests and httpx.

    While the context lasts, `Response.json()` gives objects and arrays that note their use. Libraries that are
    not imported yet when it begins are not observed.

    Example:
        >>> import requests
        >>> with observing() as observer:
        ...     len(observer.observed)
        0
    """
    observer = Observer()
    replaced: list[tuple[Any, str, Any]] = []
    try:
        for owner, name, value in _replacements(observer):
            replaced.append((owner, name, vars(owner)[name]))
            setattr(owner, name, value)
        yield observer
    finally:
        for owner, name, original in reversed(replaced):
            setattr(owner, name, original)


def _replacements(observer: Observer) -> Iterator[tuple[Any, str, Any]]:
    """What takes which place while observing: owner, name, value."""
    for module, name in _ANSWERS:
        if owner := getattr(sys.modules.get(module), name, None):
            yield owner, "json", _observing_json(observer, owner.json)
    for module, holder, name, place in _READERS:
        owner = sys.modules.get(module)
        owner = getattr(owner, holder) if owner and holder else owner
        if owner is not None:
            yield owner, name, _reading_whole(owner, name, place)
    for module, name, place, model_place in _MODEL_READERS:
        if owner := sys.modules.get(module):
            yield owner, name, _reading_by_model(vars(owner)[name], place, model_place)


def _observing_json(observer: Observer, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def json(self: Any, **options: Any) -> Any:
        return observer.read(self, original(self, **options))

    return json


def _reading_whole(owner: Any, name: str, place: int) -> Any:
    """The function or method with its argument noted as used whole."""
    found = vars(owner)[name]
    original = found.__func__ if isinstance(found, classmethod) else found

    @wraps(original)
    def reader(*arguments: Any, **options: Any) -> Any:
        for argument in (*arguments[place : place + 1], options.get("obj"), options.get("object")):
            if isinstance(argument, TrackedObject | TrackedArray):
                argument.whole()
        return original(*arguments, **options)

    return classmethod(reader) if isinstance(found, classmethod) else reader


def _reading_by_model(original: Callable[..., Any], place: int, model_place: int) -> Callable[..., Any]:
    """The function with what its model names noted as used of its argument."""

    @wraps(original)
    def reader(*arguments: Any, **options: Any) -> Any:
        value = arguments[place] if len(arguments) > place else options.get("obj")
        if isinstance(value, TrackedObject | TrackedArray):
            model = arguments[model_place] if len(arguments) > model_place else options.get("type")
            value.read(field_paths(model))
        return original(*arguments, **options)

    return reader
