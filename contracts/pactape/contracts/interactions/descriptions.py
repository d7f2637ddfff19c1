"""Writes the descriptions of interactions, unique in their contract."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from pactape.contracts.samples.graphql_documents import document_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence

__all__ = ["descriptions", "is_numbered"]

#: The most names in a description that distinguishes two requests.
_MOST_NAMES = 3
#: The most names if fewer don't distinguish them.
_MOST_NAMES_OF_ALIKE = 20
_NUMBERED = re.compile(r" #[0-9]+$")


def descriptions(groups: Mapping[GroupKey, Evidence]) -> dict[GroupKey, str]:
    """Return a phrase for each group: that of its first test, with operation, variant and status if not unique.

    Without a test, the phrase consists of operation, variant and status. If that isn't unique, it lists what only
    this request has: parameters, fields, parts of a GraphQL document, headers; then the states and the response's
    media type. Phrases that are still equal are numbered from 1.
    """
    plain = {key: _phrase(key, evidence) for key, evidence in groups.items()}
    test_phrases = {key: text for key, text in _repeated_phrases(plain).items() if text != _own_phrase(key)}
    longer = {key: f"{text} ({_operation(key)})" for key, text in test_phrases.items()}
    longest = {key: f"{text} → {key.status}" for key, text in _repeated_phrases(longer).items()}
    unnumbered = plain | longer | longest
    distinguished = unnumbered | _add_names(_repeated_phrases(unnumbered), most=_MOST_NAMES)
    still_alike = {key: unnumbered[key] for key in _repeated_phrases(distinguished)}
    distinguished |= _add_names(still_alike, most=_MOST_NAMES_OF_ALIKE)
    return distinguished | _number_phrases(_repeated_phrases(distinguished))


def is_numbered(description: str) -> bool:
    """Return whether only a number distinguishes the description from another one."""
    return _NUMBERED.search(description) is not None


def _phrase(key: GroupKey, evidence: Evidence) -> str:
    provenance = evidence.first.exchange.provenance
    return (provenance and provenance.description) or _own_phrase(key)


def _own_phrase(key: GroupKey) -> str:
    return f"{_operation(key)} → {key.status}"


def _add_names(repeated: Mapping[GroupKey, str], *, most: int) -> dict[GroupKey, str]:
    """Return the phrases, each with the names that not all requests of the same phrase have."""
    alike = defaultdict(list)
    for key, text in repeated.items():
        alike[text].append(key)
    phrases = {}
    for text, keys in alike.items():
        names = {key: _names(key) for key in keys}
        common = set.intersection(*map(set, names.values()))
        circumstances = {key: _circumstances(key) for key in keys}
        shared = set.intersection(*map(set, circumstances.values()))
        for key in keys:
            own = _topmost([name for name in names[key] if name not in common])
            longer = f"{text} with {_join_names(own, most)}" if own else text
            phrases[key] = " ".join(
                [longer, *(circumstance for circumstance in circumstances[key] if circumstance not in shared)]
            )
    return phrases


def _names(key: GroupKey) -> list[str]:
    """Return the names of query parameters and body fields, the document's parts, and the headers."""
    query, body, document, headers = json.loads(key.request)
    return list(dict.fromkeys([*query, *_fields(body, ""), *document_parts(document or ""), *headers]))


def _circumstances(key: GroupKey) -> list[str]:
    """Yield what distinguishes an interaction besides its request: states, errors, the response's media type."""
    given = [f"given {' and '.join(key.states)}"] if key.states else []
    errors = [f"answered with {key.outcome}"] if key.outcome else []
    return [*given, *errors, f"({key.media or 'no content type'})"]


def _fields(body: dict[str, Any] | None, path: str) -> Iterator[str]:
    for name, below in (body or {}).items():
        child_path = f"{path}.{name}" if path else name
        yield child_path
        yield from _fields(below, child_path)


def _topmost(names: list[str]) -> list[str]:
    """Return the names without those below another one."""
    below = tuple(f"{name}{mark}" for name in names for mark in ".( ")
    return [name for name in names if not name.startswith(below)]


def _join_names(names: list[str], most: int) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _number_phrases(repeated: Mapping[GroupKey, str]) -> dict[GroupKey, str]:
    """Return the phrases with numbers, which start at 1 for every phrase."""
    counts: Counter[str] = Counter()
    phrases = {}
    for key in sorted(repeated):
        text = repeated[key]
        counts[text] += 1
        phrases[key] = f"{text} #{counts[text]}"
    return phrases


def _operation(key: GroupKey) -> str:
    return f"{key.operation}, {key.variant}" if key.variant else key.operation


def _repeated_phrases(phrases: dict[GroupKey, str]) -> dict[GroupKey, str]:
    counts = Counter(phrases.values())
    return {key: text for key, text in phrases.items() if counts[text] > 1}
