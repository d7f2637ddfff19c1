"""Proposes `[tool.pactape.match] ignore` from two recordings of the same tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.maintenance.recording_pairs import pair_requests
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.cassette import open_cassette
from pactape.cassettes.replay.recorded_requests import RecordedRequest, recorded_requests
from pactape.cassettes.replay.request_keys.match_rules import HostRules, MatchRules
from pactape.cassettes.replay.request_keys.request_fields import BODY, PATH, with_values
from pactape.cassettes.replay.self_check.volatile_values import volatile_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions

__all__ = ["IgnoreProposals", "ProposedEntry", "propose_ignores"]


class ProposedEntry(msgspec.Struct, frozen=True, order=True):
    """A field that two runs sent with different values.

    Args:
        entry: The entry in the notation of `ignore`.
        host: The host that it applies to; empty for all hosts.
        request: Method and URL of a request with the field, scrubbed.
        reason: Why it looks as if each run generates a new value.
    """

    entry: str
    host: str
    request: str
    reason: str


class IgnoreProposals(msgspec.Struct, frozen=True, kw_only=True):
    """The proposals for `ignore` from two recordings of the same tests.

    Args:
        entries: The proposed entries.
        undecided: What the recordings don't decide, one sentence each.
        counts: The number of requests by outcome: "equal", "ignored" (equal with the entries), "brought" (differ
            only in values from responses), "different", "alone" (without a counterpart).
    """

    entries: tuple[ProposedEntry, ...]
    undecided: tuple[str, ...]
    counts: dict[str, int]


class _Difference(msgspec.Struct, frozen=True):
    """A field whose values differ.

    Args:
        field: The field in the notation of `ignore`.
        reason: Why it looks volatile; None if it doesn't.
        values: The value in the first recording by that in the second, if both come from responses.
    """

    field: str
    reason: str | None
    values: dict[str, str]


_Pair = tuple[RecordedRequest, RecordedRequest]


def propose_ignores(pairs: Iterable[tuple[Path, Path]], options: LookupOptions) -> IgnoreProposals:
    """Compare the requests of recordings, and propose to ignore fields that each run seems to generate.

    Values from an earlier response of the recording need no entry, because a replay returns them again.

    Args:
        pairs: Pairs of cassettes of the same test.
        options: The current rules for ignoring and scrubbing.

    Raises:
        CassetteFormatError: A file can't be read as a cassette.
    """
    all_pairs: list[_Pair] = []
    alone: list[RecordedRequest] = []
    for paths in pairs:
        one, other = (
            recorded_requests(open_cassette(path, mode=RecordMode.NONE, options=options).player)
            for path in paths
        )
        file_pairs, single = pair_requests(one, other, options.rules)
        all_pairs += file_pairs
        alone += single
    differences = [list(_differences(*pair, options.rules)) for pair in all_pairs]
    entries = _entries(all_pairs, differences, alone)
    rules = _with_entries(options.rules, entries)
    counts: Counter[str] = Counter(alone=len(alone))
    undecided = [f"{unpaired.label}: only one recording has this request" for unpaired in alone]
    for pair, fields in zip(all_pairs, differences, strict=True):
        outcome = _outcome(pair, fields, options.rules, rules)
        counts[outcome] += 1
        if outcome == "different":
            undecided += _undecided_lines(pair, fields)
    return IgnoreProposals(
        entries=tuple(entries), undecided=tuple(dict.fromkeys(undecided)), counts=dict(counts)
    )


def _differences(one: RecordedRequest, other: RecordedRequest, rules: MatchRules) -> Iterator[_Difference]:
    host_rules = rules.for_host(one.host)
    for field in dict.fromkeys((*one.fields, *other.fields)):
        values, others = one.fields.get(field, ()), other.fields.get(field, ())
        if values == others or host_rules.ignores(field):
            continue
        value_pairs = [pair for pair in zip(values, others, strict=False) if pair[0] != pair[1]]
        if len(values) == len(others) and all(
            one.has_from_response(a) and other.has_from_response(b) for a, b in value_pairs
        ):
            yield _Difference(field, None, {b: a for a, b in value_pairs})
        elif len(values) == len(others):
            yield _Difference(field, _reason(value_pairs), {})
        else:
            yield _Difference(field, None, {})
    for name in sorted(one.headers.keys() & other.headers.keys()):
        a, b = one.headers[name], other.headers[name]
        if a != b and not host_rules.ignores(f"headers.{name}") and (reason := _reason([(a, b)])):
            yield _Difference(f"headers.{name}", reason, {})


def _reason(value_pairs: list[tuple[str, str]]) -> str | None:
    """Return why values are volatile, if all of them look so."""
    reasons = [volatile_reason(value, now=None) for pair in value_pairs for value in pair]
    return reasons[0] if all(reasons) else None


def _entries(
    pairs: list[_Pair], differences: list[list[_Difference]], alone: list[RecordedRequest]
) -> list[ProposedEntry]:
    """Return an entry for each volatile field; for one host, if requests to other hosts also have the field."""
    volatile: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for (one, _), fields in zip(pairs, differences, strict=True):
        for difference in fields:
            if difference.reason and not difference.field.startswith(PATH):
                volatile[difference.field].setdefault(one.host, (one.label, difference.reason))
    hosts: dict[str, set[str]] = defaultdict(set)
    for request in (*(member for pair in pairs for member in pair), *alone):
        for field in (*request.fields, *(f"headers.{name}" for name in request.headers)):
            hosts[field].add(request.host)
    return sorted(
        ProposedEntry(field, "" if hosts[field] <= origins.keys() else host, label, reason)
        for field, origins in volatile.items()
        for host, (label, reason) in (
            list(origins.items())[:1] if hosts[field] <= origins.keys() else origins.items()
        )
    )


def _with_entries(rules: MatchRules, entries: list[ProposedEntry]) -> MatchRules:
    by_host: dict[str, HostRules] = dict(rules.hosts)
    for host in {proposed.host for proposed in entries if proposed.host}:
        rules_of_host = by_host.get(host, HostRules())
        more = tuple(proposed.entry for proposed in entries if proposed.host == host)
        by_host[host] = HostRules(
            ignore=(*rules_of_host.ignore, *more), ignore_body=rules_of_host.ignore_body
        )
    every = rules.adding(proposed.entry for proposed in entries if not proposed.host)
    return MatchRules(default=every.default, hosts=tuple(by_host.items()))


def _outcome(pair: _Pair, differences: list[_Difference], rules: MatchRules, proposed: MatchRules) -> str:
    one, other = pair
    if one.key(rules) == other.key(rules):
        return "equal"
    values = {old: new for difference in differences for old, new in difference.values.items()}
    adapted = other.replacing(with_values(other.request, values))
    if one.key(rules) == adapted.key(rules):
        return "brought"
    return "ignored" if one.key(proposed) == adapted.key(proposed) else "different"


def _undecided_lines(pair: _Pair, differences: list[_Difference]) -> Iterator[str]:
    one, other = pair
    fields = [
        difference
        for difference in differences
        if not difference.values and not difference.field.startswith("headers.")
    ]
    doubtful = [
        difference for difference in fields if difference.reason is None or difference.field.startswith(PATH)
    ]
    for uncertain in doubtful:
        yield f"{one.label}: {uncertain.field} {_undecided_reason(uncertain, one, other)}"
    if not doubtful:
        yield (
            f"{one.label}: {BODY} differs outside its fields. Fix: make the test send the same body each time, or "
            f'set [tool.pactape.match.hosts."{one.host}"] body = "ignore"'
        )


def _undecided_reason(difference: _Difference, one: RecordedRequest, other: RecordedRequest) -> str:
    field = difference.field
    if field.startswith(PATH):
        return "differs, and a path can't be ignored. Fix: make the test send the same path each time"
    counts = len(one.fields.get(field, ())), len(other.fields.get(field, ()))
    what = "differs, but does not look generated"
    if counts[0] != counts[1]:
        what = f"has {counts[0]} and {counts[1]} values in the two recordings"
    return f'{what}. Fix: make the test send the same value each time, or add "{field}" to ignore'
