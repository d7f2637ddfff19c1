"""A hash index of recorded requests: finds the few candidates that vcrpy's matchers then confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from vcr import matchers
from vcr.util import read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from vcr.request import Request as VcrRequest

    Matcher = Callable[[VcrRequest, VcrRequest], Any]

__all__ = ["Bucket", "RequestIndex", "frozen"]

#: The key function of matchers that are an equivalence: equal keys mean a match.
_EXACT: dict[Any, Callable[[VcrRequest], Hashable]] = {
    matchers.method: lambda request: request.method,
    matchers.scheme: lambda request: request.scheme,
    matchers.host: lambda request: request.host,
    matchers.port: lambda request: request.port,
    matchers.path: lambda request: request.path or "/",
    matchers.query: lambda request: tuple(request.query),
    matchers.uri: matchers._normalized_uri,  # noqa: SLF001 -- the matcher compares exactly this
}
_BODIES = (matchers.body, matchers.raw_body)


class Bucket:
    """The positions of recorded requests with a common key, in order.

    Attributes:
        positions: Indexes into the cassette.
        start: All positions before this index of `positions` have been played.
    """

    __slots__ = ("positions", "start")

    def __init__(self, position: int) -> None:
        self.positions = [position]
        self.start = 0


class RequestIndex:
    """Finds the recorded requests that a request can match, without comparing it with all.

    Args:
        match_on: vcrpy's matchers, or others. A matcher may have an attribute `index_key`, a function from a
            request to a hashable value, whose equal values mean a match; other matchers are run on every candidate.

    Attributes:
        confirm: The matchers that keys don't replace.
        is_exhaustive: Whether the index can be used; a request without a key makes it unusable.
    """

    def __init__(self, match_on: Sequence[Matcher]) -> None:
        keyed = {matcher: _EXACT.get(matcher) or getattr(matcher, "index_key", None) for matcher in match_on}
        self._keys = [key for key in keyed.values() if key is not None]
        self._by_body = any(matcher in _BODIES for matcher in match_on)
        self.confirm = [matcher for matcher in match_on if keyed[matcher] is None]
        self.is_exhaustive = True
        self._buckets: dict[Hashable, Bucket | int] = {}

    def add(self, position: int, request: VcrRequest) -> None:
        """Index a recorded request."""
        try:
            for key in self._keys_of(request):
                self.add_key(position, key)
        except (ValueError, TypeError, AttributeError):
            self.is_exhaustive = False

    def add_key(self, position: int, key: Hashable) -> None:
        """Index a recorded request with a precomputed key."""
        if key in self._buckets:
            self._bucket(key, self._buckets[key]).positions.append(position)
        else:
            self._buckets[key] = position

    def _bucket(self, key: Hashable, entry: Bucket | int) -> Bucket:
        """Return the bucket of a key; a single position becomes a bucket at its first use."""
        if isinstance(entry, int):
            entry = self._buckets[key] = Bucket(entry)
        return entry

    def buckets(self, request: VcrRequest) -> list[Bucket] | None:
        """Return the buckets with all candidates for a request; None if a full scan is needed."""
        if not self.is_exhaustive:
            return None
        try:
            candidates = [(key, self._buckets.get(key)) for key in self._keys_of(request)]
        except (ValueError, TypeError, AttributeError):
            return None
        return [self._bucket(key, bucket) for key, bucket in candidates if bucket is not None]

    def rewind(self) -> None:
        """Reset which positions have been played."""
        for bucket in self._buckets.values():
            if not isinstance(bucket, int):
                bucket.start = 0

    def _keys_of(self, request: VcrRequest) -> Iterator[Hashable]:
        keys = [key(request) for key in self._keys]
        exact = keys[0] if len(keys) == 1 else tuple(keys)
        if not self._by_body:
            yield exact
            return
        for body in _body_keys(request):
            yield exact, body


def frozen(value: Any) -> Hashable:
    """Return a JSON value in a hashable form; equal values have equal forms.

    Example:
        >>> frozen({"a": [1, 2]}) == frozen({"a": [1.0, 2]})
        True
    """
    if isinstance(value, dict):
        return frozenset((key, frozen(child)) for key, child in value.items())
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value  # type: ignore[no-any-return]  # other JSON values are hashable


def _body_keys(request: VcrRequest) -> Iterator[Hashable]:
    """Yield two keys; requests that are equal for vcrpy's `body` matcher share at least one of them."""
    raw = read_body(request)
    yield "raw", bytes(raw) if isinstance(raw, bytes | bytearray) else repr(raw)
    transformers = list(matchers._get_transformers(request))  # noqa: SLF001 -- what the matcher itself does
    if not transformers:
        return
    try:
        for transform in transformers:
            raw = transform(raw)
        yield tuple(map(id, transformers)), frozen(raw)
    except (ValueError, TypeError, ExpatError):
        return
