"""The evidence for a contract's rules as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cli.shared.counts import count_of
from pactape.matching.mismatch import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.explain import Explanation, RuleEvidence

__all__ = ["UNEXPLAINED", "explanation_lines", "recordings_text", "rule_text", "samples_text"]

_MOST_CASSETTES = 5
UNEXPLAINED = "not supported by a recording: handwritten, or out of date"


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the lines about one interaction, without its description."""
    status = "" if explanation.status is None else f" → {explanation.status}"
    yield f"  {explanation.operation}{status}, {recordings_text(explanation.cassettes)}"
    for rule in explanation.evidence:
        yield f"  {rule.path}  {_text_of(rule)}"


def _text_of(rule: RuleEvidence) -> str:
    tests = f"read by {', '.join(rule.tests)}" if rule.tests else ""
    return "; ".join(
        filter(None, [rule_text(rule), samples_text(rule), tests, recordings_text(rule.cassettes)])
    )


def rule_text(rule: RuleEvidence) -> str:
    """Return what is required at a path."""
    count = sum(rule.samples.values())
    if rule.rule is None:
        optional = rule.parents is not None and count < rule.parents
        is_object = set(rule.samples) == {"object"}
        return "optional: not required" if optional else "" if is_object else "not required"
    parts = [_matcher(matcher) for matcher in rule.rule["matchers"]]
    return (" or " if rule.rule["combine"] == "OR" else " and ").join(parts)


def _matcher(matcher: dict[str, object]) -> str:
    name = str(matcher["match"])
    if "regex" in matcher:
        return "anything" if matcher["regex"] == r"[\s\S]*" else f"regex {matcher['regex']}"
    return f"{name}, min {matcher['min']}" if "min" in matcher else name


def samples_text(rule: RuleEvidence) -> str:
    """Return what was recorded at a path: how many values of each kind, and the texts if there are only a few."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in rule.samples.items())
    count = sum(rule.samples.values())
    share = f" in {count} of {rule.parents} objects" if rule.parents and count != rule.parents else ""
    several = len(rule.texts) > 1 or any(times > 1 for times in rule.texts.values())
    texts = ", ".join(f"{short(text)} {count_of(times, 'time')}" for text, times in rule.texts.items())
    return f"{kinds}{share}{f' ({texts})' if several else ''}"


def recordings_text(cassettes: tuple[str, ...]) -> str:
    """Return the first recordings and the number of the others."""
    more = len(cassettes) - _MOST_CASSETTES
    names = ", ".join(cassettes[:_MOST_CASSETTES])
    return f"from {names} and {more} more" if more > 0 else f"from {names}"
