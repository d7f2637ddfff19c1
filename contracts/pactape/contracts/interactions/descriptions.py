"""Writes the descriptions of interactions, unique in their contract."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pactape.contracts.grouping.evidence.operations import ITEM
from pactape.contracts.samples.graphql_documents import document_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence

__all__ = ["descriptions", "is_numbered"]

_P = TypeVar("_P", str, "_Phrase")
#: The most names in a description that distinguishes two requests.
_MOST_NAMES = 3
#: The most names if fewer don't distinguish them.
_MOST_NAMES_OF_ALIKE = 20
#: How often names are added to phrases that are still alike.
_ROUNDS = 3
#: What follows a name in the names of what is below it.
_MARKS_BELOW = ".( "
_NUMBERED = re.compile(r" #[0-9]+$")


class _Phrase(NamedTuple):
    """A phrase in parts.

    Args:
        start: The test's phrase, or the operation and the status.
        names: The names in it that distinguish it from others.
        others: All names that distinguish it; those that aren't listed are counted ("and 2 more").
        circumstances: What distinguishes it besides its request.
    """

    start: str
    names: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()
    circumstances: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = [name for name in self.names if not self._names_below(name)]
        more = sum(not self._names_below(name) for name in self.others.difference(self.names))
        listed = f" with {', '.join(names)}" if names else ""
        return " ".join([f"{self.start}{listed}{f' and {more} more' if more else ''}", *self.circumstances])

    def _names_below(self, name: str) -> bool:
        """Return whether the phrase has a name below `name`, which says more."""
        return any(other.startswith(_starts_below(name)) for other in self.names)


def descriptions(groups: Mapping[GroupKey, Evidence]) -> dict[GroupKey, str]:
    """Return a phrase for each group: that of its first test, with operation, variant and status if not unique.

    Without a test, the phrase consists of operation, variant and status. If that isn't unique, it lists what only
    this request has: parameters, fields, parts of a GraphQL document, headers; then the states and the response's
    media type. Phrases that are still equal get more names, and if these don't suffice, numbers from 1.
    """
    plain = {key: _phrase(key, evidence) for key, evidence in groups.items()}
    test_phrases = {key: text for key, text in _repeated_phrases(plain).items() if text != _own_phrase(key)}
    longer = {key: f"{text} ({_operation(key)})" for key, text in test_phrases.items()}
    longest = {key: f"{text} → {key.status}" for key, text in _repeated_phrases(longer).items()}
    phrases = {key: _Phrase(text) for key, text in (plain | longer | longest).items()}
    for most in (*(_MOST_NAMES,) * _ROUNDS, _MOST_NAMES_OF_ALIKE):
        phrases |= _add_names(_repeated_phrases(phrases), most=most)
    texts = {key: str(phrase) for key, phrase in phrases.items()}
    return texts | _number_phrases(_repeated_phrases(texts))


def is_numbered(description: str) -> bool:
    """Return whether only a number distinguishes the description from another one."""
    return _NUMBERED.search(description) is not None


def _phrase(key: GroupKey, evidence: Evidence) -> str:
    provenance = evidence.first.exchange.provenance
    return (provenance and provenance.description) or _own_phrase(key)


def _own_phrase(key: GroupKey) -> str:
    return f"{_operation(key)} → {key.status}"


def _add_names(repeated: Mapping[GroupKey, _Phrase], *, most: int) -> dict[GroupKey, _Phrase]:
    """Return the phrases, each with the names that not all requests of the same phrase have: the rarest of them."""
    alike = defaultdict(list)
    for key, phrase in repeated.items():
        alike[str(phrase)].append(key)
    phrases = {}
    for keys in alike.values():
        names = {key: _names(key) for key in keys}
        requests = Counter(name for key in keys for name in names[key])
        circumstances = {key: _circumstances(key) for key in keys}
        shared = set.intersection(*map(set, circumstances.values()))
        for key in keys:
            phrase = repeated[key]
            own = _topmost([name for name in names[key] if requests[name] < len(keys)])
            rarest = set(sorted(own, key=requests.__getitem__)[:most])
            own_circumstances = [text for text in circumstances[key] if text not in shared]
            phrases[key] = phrase._replace(
                names=(*phrase.names, *(name for name in own if name in rarest)),
                others=phrase.others.union(own),
                circumstances=(*phrase.circumstances, *own_circumstances),
            )
    return phrases


def _names(key: GroupKey) -> list[str]:
    """Return the names of query parameters and body fields, the document's parts, and the headers."""
    query, body, document, headers = json.loads(key.request)
    return list(dict.fromkeys([*query, *_fields(body, ""), *document_parts(document or ""), *headers]))


def _circumstances(key: GroupKey) -> list[str]:
    """Return what distinguishes an interaction besides its request: states, errors, the response's media type."""
    given = [f"given {' and '.join(key.states)}"] if key.states else []
    errors = [f"answered with {key.outcome}"] if key.outcome else []
    return [*given, *errors, f"({key.media or 'no content type'})"]


def _fields(body: dict[str, Any] | None, path: str) -> Iterator[str]:
    if body == {}:
        yield f"{path} (empty)" if path else "an empty object"
    for name, below in (body or {}).items():
        child_path = f"{path}.{name}" if path else name
        if child_path == ITEM:
            yield f"an array of {', '.join(below)}" if below else "an array"
            continue
        yield child_path
        yield from _fields(below, child_path)


def _topmost(names: list[str]) -> list[str]:
    """Return the names without those below another one."""
    below = tuple(start for name in names for start in _starts_below(name))
    return [name for name in names if not name.startswith(below)]


def _starts_below(name: str) -> tuple[str, ...]:
    """Return the starts of the names below a name, such as `user.id` below `user`."""
    return tuple(f"{name}{mark}" for mark in _MARKS_BELOW)


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


def _repeated_phrases(phrases: Mapping[GroupKey, _P]) -> dict[GroupKey, _P]:
    texts = {key: str(phrase) for key, phrase in phrases.items()}
    counts = Counter(texts.values())
    return {key: phrase for key, phrase in phrases.items() if counts[texts[key]] > 1}
