"""Self-naming answers: path segments that are data because the answer names its object by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.samples.sample import Sample

__all__ = ["segments_named"]

_READS = frozenset({"GET", "HEAD"})
_FIRST_REDIRECT = 300
#: Keys that say what kind of object an answer is, not which one.
_NOT_NAMES = frozenset(
    "type kind object event action method status state @type __typename resourcetype class category".split()  # noqa: SIM905
)
#: How deep an answer's name may stand: {"info": {"name": "requests"}}.
_DEEPEST = 2
_EXTENSIONS = (".json", ".xml", ".html", ".yaml")


def segments_named(sample: Sample) -> Iterator[str]:
    """Yield the path segments of a successful read that stand in its answer as a name, an id or a code.

    Args:
        sample: An exchange whose answer is a JSON object; of any other nothing is yielded.
    """
    request = sample.exchange.request
    if (
        request.method not in _READS
        or sample.exchange.response.status >= _FIRST_REDIRECT
        or not isinstance(sample.answer, dict)
    ):
        return
    names = set(_names(sample.answer, 1))
    for segment in urlsplit(request.url).path.split("/")[1:]:
        if segment and _normal(unquote(segment)) in names:
            yield unquote(segment)


def _names(value: dict[str, Any], depth: int) -> Iterator[str]:
    for key, each in value.items():
        if isinstance(each, str) and key.lower() not in _NOT_NAMES:
            yield _normal(each)
        elif isinstance(each, dict) and depth < _DEEPEST:
            yield from _names(each, depth + 1)


def _normal(text: str) -> str:
    lower = text.lower()
    return next((lower.removesuffix(each) for each in _EXTENSIONS if lower.endswith(each)), lower)
