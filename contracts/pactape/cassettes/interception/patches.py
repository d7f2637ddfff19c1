"""The patches of HTTP libraries, vcrpy's and ours: built once, and applied while a cassette is in use.

vcrpy's stubs call the `CassetteSwitch`, which forwards to the cassette of the thread or task.
"""

from __future__ import annotations

import http.client
import sys
from contextlib import contextmanager, nullcontext, suppress
from functools import lru_cache
from importlib import import_module
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any

import vcr.patch
import vcr.stubs
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from vcr.patch import CassettePatcherBuilder

from pactape.cassettes.interception import active_cassettes
from pactape.cassettes.interception.active_cassettes import (
    ActiveCassette,
    CassetteSwitch,
    activated,
    cassette_for,
)
from pactape.cassettes.interception.allowed_hosts import AllowedHosts
from pactape.cassettes.interception.libraries import httpx_transport
from pactape.cassettes.interception.libraries.aiohttp_client import session_request
from pactape.cassettes.interception.libraries.http_client_stubs import corrections
from pactape.cassettes.interception.libraries.requests_adapter import fast_send, is_genuine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.replay_cassette import ReplayCassette

__all__ = ["intercepted"]

_patched: list[AbstractContextManager[Any]] = []
_INHERITED = object()
_STUBS = ("urllib3", "requests", "boto3", "httplib2", "tornado", "aiohttp", "httpx")
_NO_HOSTS = AllowedHosts()
_NO_URLS: Mapping[str, str] = MappingProxyType({})


@contextmanager
def intercepted(
    cassette: ReplayCassette,
    allowed_hosts: AllowedHosts = _NO_HOSTS,
    live_urls: Mapping[str, str] = _NO_URLS,
    *,
    is_resumable: bool = False,
) -> Iterator[None]:
    """Send the HTTP requests of this thread or task, and of threads without a cassette, to a cassette.

    Contexts may be nested: the innermost counts. Threads may have different cassettes.

    Args:
        cassette: The cassette.
        allowed_hosts: Hosts whose requests bypass it.
        live_urls: Canonical base URL by live base URL, where requests are sent while recording.
        is_resumable: Whether tasks that began inside go on with later cassettes, as those of a fixture do.
    """
    with active_cassettes.lock:
        if not active_cassettes.any_in_use():
            _patch_all()
        active = ActiveCassette(cassette, allowed_hosts, live_urls, {}, is_resumable=is_resumable)
        context = activated(active)
        context.__enter__()
    try:
        yield
    finally:
        active.record_open()
        with active_cassettes.lock:
            context.__exit__(None, None, None)
            if not active_cassettes.any_in_use():
                _unpatch_all()


def _patch_all() -> None:
    patches = _patches()
    if is_genuine(HTTPAdapter.send):
        patches = [*patches, _fast_path()]
    for patch in patches:
        patch.__enter__()
        _patched.append(patch)


def _unpatch_all() -> None:
    while _patched:
        _patched.pop().__exit__(None, None, None)


class _Patch:
    """The replacement of one attribute, cheap to apply and to undo."""

    def __init__(self, owner: Any, name: str, replacement: Any) -> None:
        self.owner, self.name, self.replacement = owner, name, replacement

    def __enter__(self) -> None:
        self._before = vars(self.owner).get(self.name, _INHERITED)
        setattr(self.owner, self.name, self.replacement)

    def __exit__(self, *_: object) -> None:
        if self._before is _INHERITED:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self._before)


class _Builder(CassettePatcherBuilder):  # type: ignore[misc]  # vcrpy ships no types
    """Builds vcrpy's list of patches from reusable patches."""

    def _build_patcher(self, obj: Any, patched_attribute: str, replacement_class: Any) -> _Patch | None:
        """Override vcrpy's method, which creates a `mock.patch` for each."""
        if not hasattr(obj, patched_attribute):
            return None
        replacement = self._recursively_apply_get_cassette_subclass(replacement_class)
        return _Patch(obj, patched_attribute, replacement)


@lru_cache(maxsize=1)
def _patches() -> list[AbstractContextManager[Any]]:
    """Return all patches; vcrpy decided at its import which libraries to patch."""
    _import_stubs()
    with _own_factories():
        vcrpy_patches = list(_Builder(CassetteSwitch()).build())
    return [
        _Patch(vcr.patch, "force_reset", _reset_where_needed()),
        _Patch(vcr.stubs.VCRHTTPSConnection, "_baseclass", _self_contained_https_connection()),
        *(_Patch(*correction) for correction in corrections()),
        *vcrpy_patches,
    ]


def _import_stubs() -> None:
    """Import vcrpy's stubs before anything is patched, because they derive from the replaced classes."""
    for name in _STUBS:
        with suppress(ImportError):
            import_module(f"vcr.stubs.{name}_stubs")


@contextmanager
def _own_factories() -> Iterator[None]:
    """Make vcrpy's builder use our handlers for httpx and aiohttp."""
    with _swap_module(
        "vcr.stubs.httpx_stubs",
        vcr_handle_request=httpx_transport.handler,
        vcr_handle_async_request=httpx_transport.async_handler,
    ):
        stubs: Any = sys.modules.get("vcr.stubs.aiohttp_stubs")
        if stubs is None:
            yield
            return
        theirs = stubs.vcr_request
        with _swap_module(stubs.__name__, vcr_request=lambda *args: session_request(*args) or theirs(*args)):
            yield


@contextmanager
def _swap_module(module: str, **attributes: Any) -> Iterator[None]:
    owner = sys.modules.get(module)
    patches = [_Patch(owner, *attribute) for attribute in attributes.items()] if owner else []
    for patch in patches:
        patch.__enter__()
    try:
        yield
    finally:
        for patch in patches:
            patch.__exit__()


@lru_cache(maxsize=1)
def _fast_path() -> AbstractContextManager[Any]:
    ours = next(
        patch.replacement
        for patch in _patches()
        if isinstance(patch, _Patch) and patch.owner is HTTPConnectionPool and patch.name == "ConnectionCls"
    )
    return _Patch(
        HTTPAdapter,
        "send",
        fast_send(_look_up, HTTPAdapter.send, lambda: HTTPConnectionPool.ConnectionCls is ours),
    )


def _look_up(request: VcrRequest) -> dict[str, Any] | None:
    cassette = cassette_for(request.method, request.uri)
    return None if cassette is None else cassette.response_to(request)


def _reset_where_needed() -> Callable[[], AbstractContextManager[Any]]:
    """Return a `force_reset` that removes all patches of the process only for the library that needs this.

    vcrpy calls it whenever a stub makes a connection. Only httplib2 needs it.
    """
    real = vcr.patch.force_reset

    def force_reset() -> AbstractContextManager[Any]:
        stub = sys._getframe(1).f_locals.get("self")  # noqa: SLF001 -- vcrpy passes nothing
        modules = {base.__module__ for base in type(stub).__mro__}
        return real() if "vcr.stubs.httplib2_stubs" in modules else nullcontext()

    return force_reset


def _self_contained_https_connection() -> type:
    """Return `http.client.HTTPSConnection` with a constructor that works while the module is patched.

    The standard library calls `super(HTTPSConnection, self)`, and this name refers to vcrpy's stub.
    """
    real = http.client.HTTPSConnection
    init = real.__init__
    own = FunctionType(
        init.__code__, dict(vars(http.client)), init.__name__, init.__defaults__, init.__closure__
    )
    own.__kwdefaults__ = init.__kwdefaults__
    return type("HTTPSConnection", (real,), {"__init__": own})
