"""Checking recordings, contracts and client code against one another, without a network."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes import lint_cassette
from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.maintenance.expiry import expired
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.checking.client_code.declared_calls import DeclaredCalls, declared_calls
from pactape.checking.contracts import compare_contracts, leftover_contracts
from pactape.checking.contradictions import Named, contradictions, named
from pactape.checking.coverage import Covered, cover, with_excluded
from pactape.checking.unread import unread_fields
from pactape.contracts import derive
from pactape.contracts.grouping.client_literals import python_files
from pactape.contracts.grouping.evidence.message_evidence import evidence_of_messages
from pactape.contracts.grouping.evidence.sample_evidence import evidence_of
from pactape.contracts.grouping.sample_groups import group_samples
from pactape.contracts.proof.contradictions import contradicting_pairs
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.errors import BadInputError, DamagedRecordingError, PactFormatError
from pactape.findings import Finding, Severity, skipped_file
from pactape.pactfile import read_pact
from pactape.pactfile.naming import messages_stem, pact_files_in, requests_stem
from pactape.pactfile.upgrading import upgrade
from pactape.verification.history import verified_interactions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pactape.contracts import Derivation
    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.sample_groups import GroupedSamples
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import RecordedMessage
    from pactape.pactfile import Pact
    from pactape.settings import Settings

    _Group = tuple[GroupKey, list[Sample]]

__all__ = ["Check", "check_project"]

_FIRST_FAILURE = 400
_UNREAD = "is recorded but never read"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a check.

    Args:
        findings: Most serious first.
        coverage: One row per operation.
        excluded: How many recordings take no part in contracts and fit none of these operations.
        unreadable: The errors of pact files and client files that can't be read; the others are compared.
    """

    findings: tuple[Finding, ...]
    coverage: tuple[Covered, ...]
    excluded: int = 0
    unreadable: tuple[BadInputError, ...] = ()


def check_project(settings: Settings) -> Check:
    """Compare a project's recordings, contracts and clients; nothing is written.

    Raises:
        BadInputError: There is no cassette, none can be read, or the settings or handwritten contracts are wrong.
    """
    rules = ScrubRules.from_settings(settings.scrub)
    cassettes = find_cassettes(settings)
    cache = ScrubbedCache(settings.cache_folder, rules)
    samples = group_samples(cassettes, settings, cache=cache)
    cache.delete_unused()
    groups = [group for groups in samples.groups.values() for group in groups.items()]
    messages = samples.messages_by_description()
    pacts, unreadable = _read_pacts(settings.pacts)
    by_place = {_place(member): member.exchange for _, members in groups for member in members}
    files = python_files(settings.clients)
    calls = declared_calls(
        files, root=settings.root, bases=[provider.url for provider in settings.providers.values()]
    )
    coverage, excluded = with_excluded(
        _coverage(calls, groups, messages, list(pacts.values()), settings), samples.exclusions
    )
    derivation = derive(settings)
    messages_by_reference = {member.reference: member for members in messages.values() for member in members}
    findings = {
        *compare_contracts(derivation, pacts, settings, unreadable=unreadable),
        *leftover_contracts(derivation, settings),
        *_unprovable(derivation, pacts),
        *contradictions(pacts, by_place, messages_by_reference, supports=_supports(derivation)),
        *_secrets(samples.paths, rules),
        *_expired(samples.paths, settings, now=datetime.now(UTC)),
        *_skipped(samples),
        *_unread_fields(groups),
        *_unread_of_messages(messages),
        *_not_recorded(coverage),
        *_unknown_calls(calls),
    }
    return Check(
        findings=tuple(sorted(findings)),
        coverage=tuple(coverage),
        excluded=excluded,
        unreadable=(*unreadable.values(), *calls.unreadable),
    )


def _read_pacts(folder: Path) -> tuple[dict[Path, Pact], dict[Path, BadInputError]]:
    """Return the pact files of a folder, and the errors of those that can't be read."""
    pacts: dict[Path, Pact] = {}
    unreadable: dict[Path, BadInputError] = {}
    for path in pact_files_in(folder):
        try:
            pacts[path] = read_pact(path)
        except PactFormatError as error:
            unreadable[path] = error
    return pacts, unreadable


def _unprovable(derivation: Derivation, pacts: Mapping[Path, Pact]) -> Iterator[Finding]:
    """Contradictions that no provider can satisfy: between recordings, and between interactions."""
    for problem in derivation.problems:
        place = f"{problem.parties.consumer} → {problem.parties.provider}: {problem.description}"
        yield Finding(
            Severity.BREAKING, place, f"{problem.what}. Fix: {problem.remedy}", rule="contract-unprovable"
        )
    for path, pact in pacts.items():
        documents = [upgrade(interaction) for interaction in pact.interactions]
        for one, other in contradicting_pairs(documents):
            what = (
                f"expects a different response than {one['description']!r} to the same request in "
                "the same states"
            )
            yield Finding(
                Severity.BREAKING,
                f"{path}: {other['description']}",
                what,
                rule="contract-ambiguous",
                file=str(path),
            )


def _supports(derivation: Derivation) -> dict[Named, tuple[str, ...]]:
    """The recordings that each derived interaction comes from."""
    supports: dict[Named, tuple[str, ...]] = {}
    for contract in derivation.contracts:
        stem = requests_stem(contract.parties.consumer, contract.parties.provider)
        supports |= {
            named(stem, interaction.description, interaction.states): interaction.cassettes
            for interaction in contract.interactions
        }
        stem = messages_stem(contract.parties.consumer, contract.parties.provider)
        supports |= {
            named(stem, message.description, message.states): message.cassettes
            for message in contract.messages
        }
    return supports


def _secrets(cassettes: Sequence[Path], rules: ScrubRules) -> Iterator[Finding]:
    for path in cassettes:
        for secret in lint_cassette(path, rules):
            place = f"{secret.cassette}: {secret.of}[{secret.interaction}]: {secret.place}"
            kind = f"{secret.field}: {secret.kind}" if secret.field else secret.kind
            severity = Severity.INFO if secret.possible else Severity.BREAKING
            what = f"may contain a secret ({kind})" if secret.possible else f"contains a secret ({kind})"
            rule = "possible-secret" if secret.possible else "secret"
            yield Finding(severity, place, what, rule=rule, file=secret.cassette)


def _expired(cassettes: Sequence[Path], settings: Settings, *, now: datetime) -> Iterator[Finding]:
    for path in cassettes:
        for place, reason in expired(path, settings.hygiene, now=now):
            yield Finding(
                Severity.WARNING,
                f"{path}: interactions[{place}]",
                reason,
                rule="recording-expired",
                file=str(path),
            )


def _unread_fields(groups: Sequence[_Group]) -> Iterator[Finding]:
    """The fields that no group with the same operation and status reads."""
    paths_by_place: dict[str, set[str]] = {}
    for key, members in groups:
        evidence = evidence_of(members)
        if key.status >= _FIRST_FAILURE or evidence.shape is None:
            continue
        paths = set(unread_fields(evidence.shape, evidence.fields))
        place = f"{key.operation} → {key.status}"
        paths_by_place[place] = paths_by_place.get(place, paths) & paths
    for place, paths in paths_by_place.items():
        yield from (
            Finding(Severity.INFO, f"{place}: {path}", _UNREAD, rule="field-unread") for path in paths
        )


def _unread_of_messages(messages: Mapping[str, list[RecordedMessage]]) -> Iterator[Finding]:
    """The fields of each message, by description, that none of its consumers reads."""
    for description, members in messages.items():
        evidence = evidence_of_messages(members)
        for path in unread_fields(evidence.shape, evidence.fields):
            yield Finding(Severity.INFO, f"{description}: {path}", _UNREAD, rule="field-unread")


def _skipped(samples: GroupedSamples) -> Iterator[Finding]:
    for path, error in samples.skipped:
        yield skipped_file(str(path), error.what, is_damaged=isinstance(error, DamagedRecordingError))


def _not_recorded(coverage: Sequence[Covered]) -> Iterator[Finding]:
    for row in coverage:
        if not row.recorded:
            yield Finding(
                Severity.WARNING,
                row.operation,
                f"is declared at {row.declared} but never recorded",
                rule="operation-unrecorded",
            )


def _unknown_calls(calls: DeclaredCalls) -> Iterator[Finding]:
    for place in calls.unknown:
        what = "sends a request whose method or URL is built elsewhere; it can't be checked whether it is recorded"
        yield Finding(Severity.INFO, place, what, rule="operation-unknown")


def _place(sample: Sample) -> str:
    return f"{sample.exchange.cassette}#{sample.exchange.index}"


def _coverage(
    calls: DeclaredCalls,
    groups: Sequence[_Group],
    messages: Mapping[str, list[RecordedMessage]],
    pacts: Sequence[Pact],
    settings: Settings,
) -> list[Covered]:
    places: dict[str, list[str]] = {}
    for key, members in groups:
        places.setdefault(key.operation, []).extend(map(_place, members))
    places |= {
        f"message: {name}": [member.reference for member in members] for name, members in messages.items()
    }
    folder = settings.cache_folder
    contracts = [(pact, verified_interactions(folder, pact.data)) for pact in pacts]
    return cover(calls.operations, places, contracts)
