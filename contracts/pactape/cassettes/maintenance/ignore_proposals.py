"""Proposals for `[tool.pactape.match] ignore`, from two recordings of the same tests."""

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
    """A field that one run sent otherwise than the other.

    Args:
        entry: As `ignore` writes it.
        host: The host of the only requests that it holds for; empty for all.
        request: Method and URL of a request that has it, scrubbed.
        reason: Why it looks as if each run made it anew.
    """

    entry: str
    host: str
    request: str
    reason: str


class IgnoreProposals(msgspec.Struct, frozen=True, kw_only=True):
    """What two recordings of the same tests say about `ignore`.

    Args:
        entries: The proposed entries.
        undecided: What the recordings don't show, a sentence each.
        counts: How many requests had which outcome: "equal", "ignored" (equal with the entries), "brought" (differ
            only in what a response brought), "different", "alone" (without a counterpart).
    """

    entries: tuple[ProposedEntry, ...]
    undecided: tuple[str, ...]
    counts: dict[str, int]


class _Difference(msgspec.Struct, frozen=True):
    """A field whose values differ.

    Args:
        field: As `ignore` writes it.
        reason: Why it is volatile; None when it doesn't look so.
        values: The value of the first recording by that of the second, where responses brought both.
    """

    field: str
    reason: str | None
    values: dict[str, str]


_Pair = tuple[RecordedRequest, RecordedRequest]


def propose_ignores(pairs: Iterable[tuple[Path, Path]], options: LookupOptions) -> IgnoreProposals:
    """Compare the requests of recordings, and propose to ignore what looks as if each run made it anew.

    What a request has from an earlier response of its recording needs no entry: a replay brings it again.

    Args:
        pairs: Two cassettes of the same test each.
        options: What is ignored and scrubbed already.

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
    undecided = [f"{each.label}: only one recording has this request" for each in alone]
    for pair, fields in zip(all_pairs, differences, strict=True):
        outcome = _outcome(pair, fields, options.rules, rules)
        counts[outcome] += 1
        if outcome == "different":
            undecided += _undecided(pair, fields)
    return IgnoreProposals(
        entries=tuple(entries), undecided=tuple(dict.fromkeys(undecided)), counts=dict(counts)
    )


def _differences(one: RecordedRequest, other: RecordedRequest, rules: MatchRules) -> Iterator[_Difference]:
    host_rules = rules.for_host(one.host)
    for field in dict.fromkeys((*one.fields, *other.fields)):
        values, others = one.fields.get(field, ()), other.fields.get(field, ())
        if values == others or host_rules.ignores(field):
            continue
        value_pairs = [each for each in zip(values, others, strict=False) if each[0] != each[1]]
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
    """Return why values are volatile: all of them have to look so."""
    reasons = [volatile_reason(value, now=None) for pair in value_pairs for value in pair]
    return reasons[0] if all(reasons) else None


def _entries(
    pairs: list[_Pair], differences: list[list[_Difference]], alone: list[RecordedRequest]
) -> list[ProposedEntry]:
    """Return an entry for each volatile field: for one host, where requests to others have the field, too."""
    volatile: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for (one, _), fields in zip(pairs, differences, strict=True):
        for each in fields:
            if each.reason and not each.field.startswith(PATH):
                volatile[each.field].setdefault(one.host, (one.label, each.reason))
    hosts: dict[str, set[str]] = defaultdict(set)
    for request in (*(each for pair in pairs for each in pair), *alone):
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
    for host in {each.host for each in entries if each.host}:
        rules_of_host = by_host.get(host, HostRules())
        more = tuple(each.entry for each in entries if each.host == host)
        by_host[host] = HostRules(
            ignore=(*rules_of_host.ignore, *more), ignore_body=rules_of_host.ignore_body
        )
    every = rules.adding(each.entry for each in entries if not each.host)
    return MatchRules(default=every.default, hosts=tuple(by_host.items()))


def _outcome(pair: _Pair, differences: list[_Difference], rules: MatchRules, proposed: MatchRules) -> str:
    one, other = pair
    if one.key(rules) == other.key(rules):
        return "equal"
    values = {old: new for each in differences for old, new in each.values.items()}
    adapted = other.replacing(with_values(other.request, values))
    if one.key(rules) == adapted.key(rules):
        return "brought"
    return "ignored" if one.key(proposed) == adapted.key(proposed) else "different"


def _undecided(pair: _Pair, differences: list[_Difference]) -> Iterator[str]:
    one, other = pair
    fields = [each for each in differences if not each.values and not each.field.startswith("headers.")]
    doubtful = [each for each in fields if each.reason is None or each.field.startswith(PATH)]
    for each in doubtful:
        yield f"{one.label}: {each.field} {_undecided_reason(each, one, other)}"
    if not doubtful:
        yield (
            f"{one.label}: {BODY} differs in what has no name. Fix: let the test send the same each time, or "
            f'set [tool.pactape.match.hosts."{one.host}"] body = "ignore"'
        )


def _undecided_reason(difference: _Difference, one: RecordedRequest, other: RecordedRequest) -> str:
    field = difference.field
    if field.startswith(PATH):
        return "differs, and a path can't be ignored. Fix: make the test send the same path each time"
    counts = len(one.fields.get(field, ())), len(other.fields.get(field, ()))
    what = "differs, but does not look generated"
    if counts[0] != counts[1]:
        what = f"occurs {counts[0]} times in one recording and {counts[1]} times in the other"
    return f'{what}. Fix: make the test send the same value each time, or add "{field}" to ignore'
