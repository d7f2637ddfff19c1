"""Interception: vcrpy's patches, built once, in force only while a tape is in use, and sound under threads.

Each stub asks the switch, and the switch asks the tape of the thread or task that the request comes from.
"""

from __future__ import annotations

import http.client
import sys
import threading
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

import vcr.patch
import vcr.stubs
from requests.adapters import HTTPAdapter
from vcr.patch import CassettePatcherBuilder

from pactape.cassettes.interception.requests_adapter import answering, is_genuine
from pactape.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.cassette import Tape

__all__ = ["intercepting"]

_mine: ContextVar[Tape | None] = ContextVar("pactape_tape", default=None)
_in_use: list[Tape] = []
_lock = threading.RLock()
_patched: list[AbstractContextManager[Any]] = []
_INHERITED = object()


@contextmanager
def intercepting(tape: Tape) -> Iterator[None]:
    """Send the HTTP requests of this thread or task to `tape`, and those of threads that have no other.

    Contexts may nest, the innermost counts; different threads may each have their own.
    """
    _enter(tape)
    before = _mine.get()
    _mine.set(tape)
    try:
        yield
    finally:
        _mine.set(before)
        _leave(tape)


def _enter(tape: Tape) -> None:
    with _lock:
        if not _in_use:
            _patch_all()
        _in_use.append(tape)


def _leave(tape: Tape) -> None:
    with _lock:
        _in_use.remove(tape)
        if not _in_use:
            while _patched:
                _patched.pop().__exit__(None, None, None)


def _patch_all() -> None:
    patches = _patches()
    if is_genuine(HTTPAdapter.send):
        patches = [*patches, _short_way()]
    for patch in patches:
        patch.__enter__()
        _patched.append(patch)


class _Switch:
    """What vcrpy's stubs take for the cassette; the attributes are those that vcrpy reads."""

    _path = "pactape"
    custom_patches = ()
    skip_patchers = ("requests",)  # the group "urllib3" patches the same places, and would come on top

    def can_play_response_for(self, request: VcrRequest) -> bool:
        tape = _tape_for(request)
        return tape is not None and tape.can_play_response_for(request)

    def play_response(self, request: VcrRequest) -> Any:
        tape = _tape_for(request)
        if tape is None:
            raise ReplayError(f"the cassette was left while {request.method} {request.uri} was asked for")
        return tape.play_response(request)

    def append(self, request: VcrRequest, response: Any) -> None:
        tape = _tape_for(request)
        if tape is not None:
            tape.append(request, response)

    def find_requests_with_most_matches(self, request: VcrRequest) -> Any:
        tape = _tape_for(request)
        return [] if tape is None else tape.find_requests_with_most_matches(request)

    def filter_request(self, request: VcrRequest) -> VcrRequest | None:
        tape = _tape_for(request)
        return None if tape is None else tape.filter_request(request)

    @property
    def write_protected(self) -> bool:
        """Never: a tape that may not record raises by itself when nothing answers."""
        return False


def _tape_for(request: VcrRequest) -> Tape | None:
    """The tape of this thread or task, else the only one in use; None when none is.

    Raises:
        ReplayError: Several are in use, and none is this thread's; or this thread's has been left.
    """
    mine, in_use = _mine.get(), tuple(_in_use)
    if mine in in_use or not in_use:
        return mine if mine in in_use else None
    if mine is not None:
        what = f"its cassette {mine.file} has been left"
    elif len(in_use) > 1:
        what = f"it could be meant for any of {', '.join(str(tape.file) for tape in in_use)}"
    else:
        return in_use[0]
    raise ReplayError(
        f"{request.method} {request.uri} comes from thread {threading.current_thread().name!r}, and {what}; "
        "start the thread inside the cassette, with contextvars.copy_context().run, and join it there"
    )


class _Patch:
    """One attribute's replacement; cheap to put in place and to take away."""

    def __init__(self, owner: Any, name: str, replacement: Any) -> None:
        self._owner, self._name, self._replacement = owner, name, replacement

    def __enter__(self) -> None:
        self._before = vars(self._owner).get(self._name, _INHERITED)
        setattr(self._owner, self._name, self._replacement)

    def __exit__(self, *_: object) -> None:
        if self._before is _INHERITED:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._before)


class _Builder(CassettePatcherBuilder):  # type: ignore[misc]  # vcrpy ships no types
    """vcrpy's list of places to patch, with patches that can be used again and again."""

    def _build_patcher(self, obj: Any, patched_attribute: str, replacement_class: Any) -> _Patch | None:
        """Overrides vcrpy's, which makes a `mock.patch` of each."""
        if not hasattr(obj, patched_attribute):
            return None
        replacement = self._recursively_apply_get_cassette_subclass(replacement_class)
        return _Patch(obj, patched_attribute, replacement)


@lru_cache(maxsize=1)
def _patches() -> list[AbstractContextManager[Any]]:
    """All patches; which libraries there are to patch was settled when vcrpy was imported."""
    return [
        _Patch(vcr.patch, "force_reset", _reset_where_needed()),
        _Patch(vcr.stubs.VCRHTTPSConnection, "_baseclass", _self_contained_https_connection()),
        *_Builder(_Switch()).build(),
    ]


@lru_cache(maxsize=1)
def _short_way() -> AbstractContextManager[Any]:
    return _Patch(HTTPAdapter, "send", answering(_answer, HTTPAdapter.send))


def _answer(request: VcrRequest) -> dict[str, Any] | None:
    tape = _tape_for(request)
    return None if tape is None else tape.answer(request)


def _reset_where_needed() -> Callable[[], AbstractContextManager[Any]]:
    """Vcrpy's `force_reset`, which opens the whole process to the network, only for the library that needs it.

    vcrpy calls it whenever a stub makes a connection. All but httplib2 do without.
    """
    real = vcr.patch.force_reset

    def force_reset() -> AbstractContextManager[Any]:
        stub = sys._getframe(1).f_locals.get("self")  # noqa: SLF001 -- vcrpy passes nothing
        modules = {base.__module__ for base in type(stub).__mro__}
        return real() if "vcr.stubs.httplib2_stubs" in modules else nullcontext()

    return force_reset


def _self_contained_https_connection() -> type:
    """`http.client.HTTPSConnection` whose constructor finds itself though the module's name is patched.

    The standard library writes `super(HTTPSConnection, self)`, and finds vcrpy's stub under that name.
    """
    real = http.client.HTTPSConnection
    init = real.__init__
    own = FunctionType(
        init.__code__, dict(vars(http.client)), init.__name__, init.__defaults__, init.__closure__
    )
    own.__kwdefaults__ = init.__kwdefaults__
    return type("HTTPSConnection", (real,), {"__init__": own})
