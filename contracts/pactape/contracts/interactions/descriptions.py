"""Descriptions: a phrase for each interaction, unique in its contract."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.grouping.operations import GroupKey

__all__ = ["descriptions", "is_numbered"]

#: How many names tell two requests apart before it gets long.
_MOST_NAMES = 3
_NUMBERED = re.compile(r" #[0-9]+$")


def descriptions(groups: Mapping[GroupKey, Evidence]) -> dict[GroupKey, str]:
    """A phrase for each group: its first test's, with operation, variant and status where it isn't unique.

    Without a test, these are the phrase already. Where that isn't enough, it says which parameters and fields a
    request has and the others haven't; phrases that are still the same are numbered, each from 1.
    """
    plain = {key: _phrase(key, evidence) for key, evidence in groups.items()}
    told = {key: text for key, text in _repeated(plain).items() if text != _own_phrase(key)}
    longer = {key: f"{text} ({_operation(key)})" for key, text in told.items()}
    longest = {key: f"{text} → {key.status}" for key, text in _repeated(longer).items()}
    unnumbered = plain | longer | longest
    unnumbered |= _with_names(_repeated(unnumbered))
    return unnumbered | _numbered(_repeated(unnumbered))


def is_numbered(description: str) -> bool:
    """Return whether only a number tells a description from another one."""
    return _NUMBERED.search(description) is not None


def _phrase(key: GroupKey, evidence: Evidence) -> str:
    provenance = evidence.first.exchange.provenance
    return (provenance and provenance.description) or _own_phrase(key)


def _own_phrase(key: GroupKey) -> str:
    return f"{_operation(key)} → {key.status}"


def _with_names(repeated: Mapping[GroupKey, str]) -> dict[GroupKey, str]:
    """The phrases with the names that not all requests of the same phrase have."""
    alike = defaultdict(list)
    for key, text in repeated.items():
        alike[text].append(key)
    found = {}
    for text, keys in alike.items():
        names = {key: _names(key) for key in keys}
        common = set.intersection(*map(set, names.values()))
        for key in keys:
            own = [name for name in names[key] if name not in common]
            found[key] = f"{text} with {_listed(own)}" if own else text
    return found


def _names(key: GroupKey) -> list[str]:
    """The names of a request's query parameters and of its body's fields, two levels deep."""
    query, body, _ = json.loads(key.request)
    names = dict.fromkeys(query)
    for name, below in (body or {}).items():
        names[name] = None
        names |= dict.fromkeys(f"{name}.{each}" for each in below or {})
    return list(names)


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _numbered(repeated: Mapping[GroupKey, str]) -> dict[GroupKey, str]:
    """The phrases with a number each, which starts anew with every phrase."""
    given: Counter[str] = Counter()
    found = {}
    for key in sorted(repeated):
        text = repeated[key]
        given[text] += 1
        found[key] = f"{text} #{given[text]}"
    return found


def _operation(key: GroupKey) -> str:
    return f"{key.operation}, {key.variant}" if key.variant else key.operation


def _repeated(phrases: dict[GroupKey, str]) -> dict[GroupKey, str]:
    counts = Counter(phrases.values())
    return {key: text for key, text in phrases.items() if counts[text] > 1}
