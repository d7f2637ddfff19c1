"""Reads and matches recordings with a pool of workers; the digest and proof are the same as with one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.grouping.evidence.evidence_cache import CassetteEvidence
from pactape.contracts.proof.recordings import ProofByRecordings, messages_in, samples_at
from pactape.contracts.workers.tasks import (
    MatchTask,
    ReadContext,
    Task,
    analyse_lines,
    match_task,
    read_task,
    tasks_of,
)
from pactape.errors import CassetteFormatError
from pactape.files import unreadable
from pactape.recorders import LineRange, is_line_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pactape.contracts.grouping.evidence.accumulator import Accumulator
    from pactape.contracts.grouping.evidence.sample_keys import SampleKeys
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.proof.draft import Draft
    from pactape.contracts.proof.recordings import DraftGroup
    from pactape.contracts.samples.sample import Sample
    from pactape.contracts.workers.pools import Pool
    from pactape.exchange import RecordedMessage

__all__ = ["RecordingsInParallel", "read_in_parallel"]

_Skipped = list[tuple["Path", CassetteFormatError]]


def read_in_parallel(
    paths: Sequence[Path], accumulator: Accumulator, context: ReadContext, pool: Pool
) -> _Skipped:
    """Add recordings to an accumulator's digest; return the files that can't be read, each with the reason.

    Args:
        paths: The recordings, in order.
        accumulator: The accumulator of this process.
        context: What the workers need to create an equal accumulator.
        pool: The workers.
    """
    streams = dict.fromkeys(path for path in paths if is_line_stream(path))
    skipped: _Skipped = [(path, error) for path in paths if (error := _missing_reason(path))]
    missing = {path for path, _ in skipped}
    whole = [path for path in paths if path not in streams and path not in missing]
    for result in pool.run(read_task, context, tasks_of(whole, pool.size)):
        accumulator.digest.join(result.digest)
        accumulator.keep_files(result.used_files)
        accumulator.keys.update(result.keys)
        skipped += result.skipped
    for path in streams:
        try:
            _read_stream(path, accumulator, context, pool)
        except CassetteFormatError as error:
            skipped.append((path, error))
    order = {path: index for index, path in enumerate(paths)}
    accumulator.digest.paths.sort(key=order.__getitem__)
    accumulator.digest.with_messages.sort(key=order.__getitem__)
    accumulator.digest.empty.sort(key=order.__getitem__)
    return sorted(skipped, key=lambda item: order[item[0]])


def _missing_reason(path: Path) -> CassetteFormatError | None:
    """Return why a recording is missing here as well; None if it exists here."""
    try:
        path.stat()
    except OSError as error:
        return unreadable(path, error)
    return None


def _read_stream(path: Path, accumulator: Accumulator, context: ReadContext, pool: Pool) -> None:
    """Add a recording that is read line by line; all workers read parts of it."""
    name = accumulator.add_cached(path)
    if name is None:
        return
    parts: list[CassetteEvidence] = []
    tasks = tasks_of([path], pool.size)
    for task, result in zip(tasks, pool.run(analyse_lines, context, tasks), strict=True):
        if isinstance(result, CassetteFormatError):
            raise result
        evidence, keys = result
        parts.append(evidence)
        accumulator.line_keys[path, task.lines or LineRange()] = keys
    accumulator.store(path, name, _join_evidence(parts))


def _join_evidence(parts: Iterable[CassetteEvidence]) -> CassetteEvidence:
    """Return the joined evidence of the parts of one recording."""
    evidence = CassetteEvidence([], [], [])
    indices: dict[object, int] = {}
    for part in parts:
        for parties, provider, key, of_group in part.groups:
            index = indices.setdefault((parties, provider, key), len(evidence.groups))
            if index < len(evidence.groups):
                evidence.groups[index][-1].join(of_group)
            else:
                evidence.groups.append((parties, provider, key, of_group))
        evidence.messages.extend(part.messages)
        evidence.exclusions.extend(part.exclusions)
    return evidence


class RecordingsInParallel:
    """Recordings that workers read again.

    Args:
        paths: The recordings, in order.
        accumulator: The accumulator of this process.
        context: What the workers need to create an equal accumulator.
        pool: The workers.
    """

    def __init__(
        self, paths: Sequence[Path], accumulator: Accumulator, context: ReadContext, pool: Pool
    ) -> None:
        self._paths = paths
        self._accumulator = accumulator
        self._context = context
        self._pool = pool

    def match(self, drafts: Sequence[Draft]) -> ProofByRecordings:
        """Match all recordings against drafts, and return the proof."""
        proof = ProofByRecordings(drafts)
        tasks = [MatchTask(task, self._keys(task)) for task in tasks_of(self._paths, self._pool.size)]
        for results in self._pool.run(match_task, (self._context, drafts), tasks):
            proof.add(results)
        return proof

    def _keys(self, task: Task) -> dict[Path, SampleKeys]:
        """Return the groups of the samples of a task's recordings, if they are known."""
        if task.lines is None:
            by_path = self._accumulator.keys
            return {path: by_path[path] for path in task.paths if path in by_path}
        keys = self._accumulator.line_keys.get((task.paths[0], task.lines))
        return {} if keys is None else {task.paths[0]: keys}

    def samples_at(
        self, groups: AbstractSet[DraftGroup], drafts: Sequence[Draft]
    ) -> Iterator[tuple[DraftGroup, Sample]]:
        """Yield all samples of some groups, in order."""
        return samples_at(groups, drafts, self._paths, self._accumulator.reader)

    def messages(self, paths: Iterable[Path]) -> Iterator[tuple[ContractParties, RecordedMessage]]:
        """Yield all messages of some recordings, in order."""
        return messages_in(paths, self._accumulator.reader)
