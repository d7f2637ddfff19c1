"""The chain from cassettes to contracts: read, exclude, group, infer, prove."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.finder import cassette_name, find_cassettes, project_cassettes
from pactape.contracts.grouping.evidence.accumulator import Accumulator
from pactape.contracts.grouping.final_keys import final_keys, join_by_final_key
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.grouping.traffic import join_traffic
from pactape.contracts.interactions.descriptions import descriptions, is_numbered
from pactape.contracts.pacts.contract import Contract, ContractSummary
from pactape.contracts.pacts.handwritten import read_handwritten
from pactape.contracts.pacts.handwritten_merging import merge_handwritten, merge_handwritten_messages
from pactape.contracts.participants import provider_for
from pactape.contracts.proof.draft import Candidate, Draft
from pactape.contracts.proof.messages import prove_messages
from pactape.contracts.proof.problems import Problem
from pactape.contracts.proof.prove import prove
from pactape.contracts.proof.recordings import RecordingsInOrder
from pactape.contracts.samples.exclusions import Exclusion
from pactape.contracts.workers.reading import RecordingsInParallel, read_in_parallel
from pactape.contracts.workers.tasks import ReadContext
from pactape.errors import CassetteFormatError, DamagedRecordingError, SettingsError
from pactape.garbage_collection import collection_paused
from pactape.pactfile.naming import requests_stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pactape.contracts.grouping.evidence.digest import Digest
    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence
    from pactape.contracts.pacts.handwritten import HandwrittenInteraction
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.proof.messages import ProvedMessages
    from pactape.contracts.proof.recordings import Recordings
    from pactape.contracts.proof.referee import Referee
    from pactape.contracts.workers.pools import Pool
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Contract", "Derivation", "SkippedFile", "conclude", "derive", "provider_for"]


class SkippedFile(msgspec.Struct, frozen=True, order=True):
    """A file in a cassette folder that can't be read as a cassette, the reason, and whether it is damaged."""

    file: str
    reason: str
    is_damaged: bool = False


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """All contracts derived from a project's recordings, and what was excluded.

    Args:
        cassettes: How many cassettes were read.
        contracts: Sorted by consumer and provider; each has been checked against its recordings.
        exclusions: Sorted by cassette and index.
        problems: What was recorded but can't be stated in a contract.
        skipped_files: The files that aren't cassettes.
        empty_files: The cassettes without a recording.
    """

    cassettes: int
    contracts: tuple[Contract, ...]
    exclusions: tuple[Exclusion, ...]
    problems: tuple[Problem, ...] = ()
    skipped_files: tuple[SkippedFile, ...] = ()
    empty_files: tuple[str, ...] = ()

    @property
    def recordings(self) -> int:
        """How many recorded exchanges and messages were read, excluded ones included."""
        included = sum(contract.summary.exchanges + contract.summary.messages for contract in self.contracts)
        return included + sum(exclusion.count for exclusion in self.exclusions)


def derive(
    settings: Settings,
    *,
    all_fields: bool = False,
    pool: Pool | None = None,
    referee: Referee | None = None,
    allow_no_cassette: bool = False,
) -> Derivation:
    """Derive the contracts of a project from all its cassettes, without writing them.

    Args:
        settings: The project's settings.
        all_fields: Whether contracts hold every recorded response field, not only the fields that are read.
        pool: Workers that read and match the recordings; None to do it in this process. The result is the same.
        referee: A second judge of every recording; None to use only Pactape's matcher.
        allow_no_cassette: Whether a project without cassettes may have handwritten contracts only; if False,
            missing cassettes are an error.

    Raises:
        CassetteFormatError: No cassette exists, or none can be read.
        SettingsError: Two contracts would share a file, or an OpenAPI document can't be used.
        PactFormatError: A handwritten pact file can't be read.
        ContradictionError: A handwritten interaction contradicts another interaction.
    """
    accumulator = Accumulator(settings, all_fields=all_fields)
    context = ReadContext(settings, all_fields)
    paths = project_cassettes(settings) if allow_no_cassette else find_cassettes(settings)
    with collection_paused():
        skipped = (
            _read(paths, accumulator) if pool is None else read_in_parallel(paths, accumulator, context, pool)
        )
        if skipped and not accumulator.digest.cassettes:
            raise skipped[0][1]
        accumulator.delete_unused()
        digest, reader = accumulator.digest, accumulator.reader
        empty = tuple(cassette_name(path, settings) for path in digest.empty)
        recordings: Recordings = RecordingsInOrder(digest.paths, reader, accumulator.keys)
        if pool is not None:
            recordings = RecordingsInParallel(digest.paths, accumulator, context, pool)
        derivation = conclude(digest, recordings, settings, referee=referee)
        del (
            accumulator,
            digest,
            recordings,
        )  # before the garbage collector is enabled again, which would traverse them
    names = [
        SkippedFile(cassette_name(path, settings), error.what, isinstance(error, DamagedRecordingError))
        for path, error in skipped
    ]
    return msgspec.structs.replace(derivation, skipped_files=tuple(names), empty_files=empty)


def _read(paths: Sequence[Path], accumulator: Accumulator) -> list[tuple[Path, CassetteFormatError]]:
    """Read cassettes; return the files that can't be read, each with the reason."""
    skipped = []
    for path in paths:
        try:
            accumulator.read(path)
        except CassetteFormatError as error:
            skipped.append((path, error))
    return skipped


def conclude(
    digest: Digest, recordings: Recordings, settings: Settings, *, referee: Referee | None = None
) -> Derivation:
    """Return the contracts of a digest, which must not be used afterwards, and of the handwritten interactions.

    Args:
        digest: The evidence of the recordings.
        recordings: The recordings of the digest, to check the contracts against; missing ones are not checked.
        settings: The project's settings.
        referee: A second judge of every recording; None to use only Pactape's matcher.

    Raises:
        SettingsError: Two contracts would share a file.
        PactFormatError: A handwritten pact file can't be read.
        ContradictionError: A handwritten interaction contradicts another interaction.
    """
    _refuse_equal_files([parties for parties, _ in digest.groups], settings)
    handwritten = {parties: tuple(value) for parties, value in read_handwritten(settings).items()}
    routes = RouteKnowledge(settings)
    drafts, merged_paths = [], {}
    exclusions = list(digest.exclusions)
    for (parties, provider), groups in digest.groups.items():
        draft, merged_paths[parties], unexpected = _build_draft(parties, provider, groups, routes, settings)
        drafts.append(draft)
        exclusions += unexpected
    proof = prove(drafts, digest, recordings, settings, referee=referee)
    contracts = {
        draft.parties: _build_contract(draft, merged_paths[draft.parties], handwritten.get(draft.parties, ()))
        for draft in drafts
    }
    for parties in {*digest.messages, *handwritten} - contracts.keys():
        contracts[parties] = Contract(parties=parties, handwritten=handwritten.get(parties, ()))
    proved = prove_messages(digest, recordings, settings, referee=referee)
    complete = [_add_messages(contract, proved) for contract in contracts.values()]
    _refuse_equal_files(contracts, settings)
    return Derivation(
        cassettes=digest.cassettes,
        contracts=tuple(sorted(complete, key=lambda item: item.parties)),
        exclusions=tuple(sorted((*exclusions, *proof.exclusions, *proved.exclusions))),
        problems=tuple(sorted((*proof.problems, *proved.problems))),
    )


def _build_draft(
    parties: ContractParties,
    provider: ProviderSettings,
    groups: dict[GroupKey, Evidence],
    routes: RouteKnowledge,
    settings: Settings,
) -> tuple[Draft, dict[str, int], list[Exclusion]]:
    """Return the draft, the number of recorded paths of each merged operation, and the unexpected traffic."""
    known_routes = routes.of(provider)
    final_of = final_keys(groups, known_routes)
    merged_paths = _count_merged_paths(final_of)
    final = join_by_final_key(groups, final_of)
    target_of, exclusions = join_traffic(final)
    final_of = {own: target_of.get(key, key) for own, key in final_of.items()}
    phrases = descriptions(final)
    candidates = {key: Candidate(final[key], phrases[key], provider, settings) for key in sorted(final)}
    return Draft(parties, provider, final_of, candidates), merged_paths, exclusions


def _count_merged_paths(final_of: dict[GroupKey, GroupKey]) -> dict[str, int]:
    paths: dict[str, set[str]] = {}
    for own, final in final_of.items():
        paths.setdefault(final.operation, set()).add(own.operation)
    return {operation: len(owns) for operation, owns in sorted(paths.items()) if len(owns) > 1}


def _build_contract(
    draft: Draft, merged_paths: dict[str, int], handwritten: tuple[HandwrittenInteraction, ...]
) -> Contract:
    derived_interactions = [
        interaction for candidate in draft.candidates.values() for interaction in candidate.interactions
    ]
    interactions = merge_handwritten(derived_interactions, handwritten)
    evidence = [candidate.evidence for candidate in draft.candidates.values()]
    untyped = Counter(
        candidate.media or "no content type"
        for candidate in draft.candidates.values()
        if candidate.evidence.first.exchange.response.body and candidate.is_untyped
    )
    unnamed = Counter(key for candidate in draft.candidates.values() for key in candidate.unnamed_keys)
    return Contract(
        parties=draft.parties,
        interactions=tuple(interactions),
        handwritten=handwritten,
        summary=ContractSummary(
            exchanges=sum(group.count for group in evidence),
            observed=sum(group.observed for group in evidence),
            merged_paths=merged_paths,
            numbered=tuple(
                derived_interaction.description
                for derived_interaction in derived_interactions
                if is_numbered(derived_interaction.description)
            ),
            untyped=dict(sorted(untyped.items())),
            unnamed_keys=dict(sorted(unnamed.items())),
            replaced=len(derived_interactions) - len(interactions),
        ),
    )


def _add_messages(contract: Contract, proved: ProvedMessages) -> Contract:
    derived_messages = proved.messages.get(contract.parties, ())
    messages = merge_handwritten_messages(derived_messages, contract.handwritten)
    summary = msgspec.structs.replace(
        contract.summary,
        messages=proved.counts.get(contract.parties, 0),
        unstated_messages=sum(message.content is None for message in derived_messages),
    )
    return msgspec.structs.replace(contract, messages=tuple(messages), summary=summary)


def _refuse_equal_files(contracts: Iterable[ContractParties], settings: Settings) -> None:
    names = Counter(requests_stem(contract.consumer, contract.provider) for contract in contracts)
    for name, count in names.items():
        if count > 1:
            raise SettingsError(
                f"{count} contracts would be written to {name}.json",
                where=settings.root / "pyproject.toml",
                remedy="give each provider in [tool.pactape.providers] a different name",
            )
