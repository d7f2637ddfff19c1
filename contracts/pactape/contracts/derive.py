"""The chain from cassettes to contracts: read, exclude, group, infer, prove."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.finder import cassette_name, find_cassettes
from pactape.cassettes.format.reading import collection_paused
from pactape.contracts.grouping.accumulator import Accumulator
from pactape.contracts.grouping.final_keys import final_keys, join_by_final_key
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.interactions.descriptions import descriptions, is_numbered
from pactape.contracts.interactions.messages import messages_of
from pactape.contracts.pacts.contract import Contract, ContractSummary
from pactape.contracts.pacts.handwritten import read_handwritten
from pactape.contracts.pacts.merging import merge_handwritten, merge_handwritten_messages
from pactape.contracts.participants import provider_for
from pactape.contracts.proof.draft import Candidate, Draft
from pactape.contracts.proof.problems import Problem
from pactape.contracts.proof.prove import prove
from pactape.contracts.samples.exclusions import Exclusion
from pactape.errors import CassetteFormatError, SettingsError
from pactape.pactfile.naming import requests_stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.pacts.handwritten import HandwrittenInteraction
    from pactape.contracts.participants import ContractParties
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Contract", "Derivation", "SkippedFile", "conclude", "derive", "provider_for"]


class SkippedFile(msgspec.Struct, frozen=True, order=True):
    """A file among the cassettes that can't be read as one, and why."""

    file: str
    reason: str


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """All contracts that a project's recordings give, and what took no part.

    Args:
        cassettes: How many cassettes were read.
        contracts: In the order of consumer and provider; each has been proved by its recordings.
        exclusions: In the order of cassette and index.
        problems: What was recorded and no contract can hold.
        skipped_files: The files that are no cassettes.
        empty_files: The cassettes that hold no recording.
    """

    cassettes: int
    contracts: tuple[Contract, ...]
    exclusions: tuple[Exclusion, ...]
    problems: tuple[Problem, ...] = ()
    skipped_files: tuple[SkippedFile, ...] = ()
    empty_files: tuple[str, ...] = ()

    @property
    def recordings(self) -> int:
        """How many recorded exchanges and messages were read: those in contracts, and those that are excluded."""
        included = sum(each.summary.exchanges + each.summary.messages for each in self.contracts)
        return included + len(self.exclusions)


def derive(settings: Settings, *, all_fields: bool = False) -> Derivation:
    """Derive the contracts of a project from all its cassettes; nothing is written.

    Args:
        settings: The project's settings.
        all_fields: Whether contracts hold every recorded response field, and not only those that are read.

    Raises:
        CassetteFormatError: There is no cassette, or none can be read.
        SettingsError: Two contracts would share a file, or an OpenAPI document can't be used.
        PactFormatError: A hand-written pact file can't be read.
        ContradictionError: What is written by hand contradicts something else.
    """
    accumulator = Accumulator(settings, all_fields=all_fields)
    with collection_paused():
        skipped = _read(find_cassettes(settings), accumulator)
        accumulator.delete_unused()
        empty = tuple(cassette_name(path, settings) for path in accumulator.empty)
        derivation = conclude(accumulator, settings)
        del accumulator  # before the garbage collector is back, who would look through it
    names = [SkippedFile(cassette_name(path, settings), error.what) for path, error in skipped]
    return msgspec.structs.replace(derivation, skipped_files=tuple(names), empty_files=empty)


def _read(paths: Sequence[Path], accumulator: Accumulator) -> list[tuple[Path, CassetteFormatError]]:
    """Read cassettes, and return the files that are none with what is wrong; refuse when none can be read."""
    skipped = []
    for path in paths:
        try:
            accumulator.read(path)
        except CassetteFormatError as error:
            skipped.append((path, error))
    if skipped and not accumulator.cassettes:
        raise skipped[0][1]
    return skipped


def conclude(accumulator: Accumulator, settings: Settings) -> Derivation:
    """Return the contracts that follow from what was accumulated, which is used up by that, and written by hand.

    Raises:
        SettingsError: Two contracts would share a file.
        PactFormatError: A hand-written pact file can't be read.
        ContradictionError: What is written by hand contradicts something else.
    """
    _refuse_equal_files([parties for parties, _ in accumulator.groups], settings)
    handwritten = {parties: tuple(each) for parties, each in read_handwritten(settings).items()}
    routes = RouteKnowledge(settings)
    drafts, merged_paths = [], {}
    for (parties, provider), groups in accumulator.groups.items():
        draft, merged = _draft(parties, provider, groups, routes, settings)
        drafts.append(draft)
        merged_paths[parties] = merged
    proof = prove(drafts, accumulator, settings)
    contracts = {
        draft.parties: _contract(draft, merged_paths[draft.parties], handwritten.get(draft.parties, ()))
        for draft in drafts
    }
    for parties in {*accumulator.messages, *handwritten} - contracts.keys():
        contracts[parties] = Contract(parties=parties, handwritten=handwritten.get(parties, ()))
    complete = [_with_messages(each, accumulator) for each in contracts.values()]
    _refuse_equal_files(contracts, settings)
    return Derivation(
        cassettes=accumulator.cassettes,
        contracts=tuple(sorted(complete, key=lambda each: each.parties)),
        exclusions=tuple(sorted((*accumulator.exclusions, *proof.exclusions))),
        problems=tuple(sorted(proof.problems)),
    )


def _draft(
    parties: ContractParties,
    provider: ProviderSettings,
    groups: dict[GroupKey, Evidence],
    routes: RouteKnowledge,
    settings: Settings,
) -> tuple[Draft, dict[str, int]]:
    """The draft, and by how many paths each operation was recorded whose path has inferred parameters."""
    known = routes.of(provider)
    final_of = final_keys(groups, known)
    merged = _merged_paths(final_of)
    final = join_by_final_key(groups, final_of)
    phrases = descriptions(final)
    candidates = {key: Candidate(final[key], phrases[key], provider, settings) for key in sorted(final)}
    return Draft(parties, provider, final_of, candidates), merged


def _merged_paths(final_of: dict[GroupKey, GroupKey]) -> dict[str, int]:
    paths: dict[str, set[str]] = {}
    for own, final in final_of.items():
        paths.setdefault(final.operation, set()).add(own.operation)
    return {operation: len(owns) for operation, owns in sorted(paths.items()) if len(owns) > 1}


def _contract(
    draft: Draft, merged_paths: dict[str, int], handwritten: tuple[HandwrittenInteraction, ...]
) -> Contract:
    derived = [each for candidate in draft.candidates.values() for each in candidate.interactions]
    interactions = merge_handwritten(derived, handwritten)
    evidence = [candidate.evidence for candidate in draft.candidates.values()]
    untyped = Counter(
        candidate.media or "no content type"
        for candidate in draft.candidates.values()
        if candidate.evidence.first.exchange.response.body and candidate.is_untyped
    )
    return Contract(
        parties=draft.parties,
        interactions=tuple(interactions),
        handwritten=handwritten,
        summary=ContractSummary(
            exchanges=sum(each.count for each in evidence),
            observed=sum(each.observed for each in evidence),
            merged_paths=merged_paths,
            numbered=tuple(each.description for each in derived if is_numbered(each.description)),
            untyped=dict(sorted(untyped.items())),
            replaced=len(derived) - len(interactions),
        ),
    )


def _with_messages(contract: Contract, accumulator: Accumulator) -> Contract:
    groups = accumulator.messages.get(contract.parties, {})
    messages = merge_handwritten_messages(messages_of(groups), contract.handwritten)
    summary = msgspec.structs.replace(contract.summary, messages=sum(each.count for each in groups.values()))
    return msgspec.structs.replace(contract, messages=tuple(messages), summary=summary)


def _refuse_equal_files(contracts: Iterable[ContractParties], settings: Settings) -> None:
    names = Counter(requests_stem(each.consumer, each.provider) for each in contracts)
    for name, count in names.items():
        if count > 1:
            raise SettingsError(
                f"{count} contracts would be written to {name}.json",
                where=settings.root / "pyproject.toml",
                remedy="give each provider in [tool.pactape.providers] a name of its own",
            )
