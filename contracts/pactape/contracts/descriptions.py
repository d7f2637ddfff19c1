"""Descriptions: a phrase for each interaction, unique in its contract."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.contracts.evidence import Evidence
    from pactape.contracts.operations import GroupKey

__all__ = ["descriptions"]


def descriptions(groups: Mapping[GroupKey, Evidence]) -> dict[GroupKey, str]:
    """A phrase for each group: its first test's, with operation, variant and status where it isn't unique."""
    plain = {key: _phrase(key, evidence) for key, evidence in groups.items()}
    longer = {key: f"{text} ({_operation(key)})" for key, text in _repeated(plain).items()}
    longest = {key: f"{text} → {key.status}" for key, text in _repeated(longer).items()}
    numbered = {
        key: f"{longest[key]} #{number}" for number, key in enumerate(sorted(_repeated(longest)), start=1)
    }
    return plain | longer | longest | numbered


def _phrase(key: GroupKey, evidence: Evidence) -> str:
    provenance = evidence.first.exchange.provenance
    return provenance.description if provenance else f"{_operation(key)} → {key.status}"


def _operation(key: GroupKey) -> str:
    return f"{key.operation}, {key.variant}" if key.variant else key.operation


def _repeated(phrases: dict[GroupKey, str]) -> dict[GroupKey, str]:
    counts = Counter(phrases.values())
    return {key: text for key, text in phrases.items() if counts[text] > 1}
