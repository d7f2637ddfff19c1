"""Tasks: the recordings that one worker reads at a time, and what it does with them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence.accumulator import Accumulator
from pactape.contracts.grouping.evidence.digest import Digest
from pactape.contracts.grouping.evidence.sample_keys import SampleKeys
from pactape.contracts.proof.recordings import ProofByRecordings
from pactape.errors import CassetteFormatError
from pactape.garbage_collection import collection_paused
from pactape.recorders import LineRange, is_line_stream, line_ranges
from pactape.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pactape.contracts.grouping.evidence.evidence_cache import CassetteEvidence
    from pactape.contracts.proof.draft import Draft
    from pactape.contracts.proof.recordings import ProofResults

__all__ = [
    "MatchTask",
    "ReadContext",
    "ReadResult",
    "Task",
    "analyse_lines",
    "match_task",
    "read_task",
    "tasks_of",
]

#: With more tasks than workers, workers that finish early can take over work of the others.
_TASKS_PER_WORKER = 4


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Some recordings, consecutive in the order of a project's recordings.

    Args:
        paths: The recordings.
        lines: Which lines to read of one recording that is read line by line; None for whole recordings.
    """

    paths: tuple[Path, ...]
    lines: LineRange | None = None


class ReadContext(msgspec.Struct, frozen=True):
    """The context of all tasks of a derivation: the settings, and whether every response field is read."""

    settings: Settings
    all_fields: bool


class ReadResult(msgspec.Struct, frozen=True):
    """The result of reading recordings in a worker.

    Args:
        digest: The digest of the recordings.
        skipped: The files that aren't recordings.
        used_files: The cached files in use.
        keys: The groups of the samples of recordings that were not cached.
    """

    digest: Digest
    skipped: list[tuple[Path, CassetteFormatError]]
    used_files: set[str]
    keys: dict[Path, SampleKeys]


class MatchTask(msgspec.Struct, frozen=True):
    """A matching task, and the groups of the samples of its recordings, if they are known."""

    task: Task
    keys: dict[Path, SampleKeys]


def tasks_of(paths: Sequence[Path], workers: int) -> list[Task]:
    """Return tasks of about equal size, several for each worker, in the order of the recordings.

    Args:
        paths: The recordings, in order.
        workers: How many workers there are.

    Raises:
        CassetteFormatError: A recording can't be read completely.
    """
    sizes = {path: _size(path) for path in paths}
    most = sum(sizes.values()) / (workers * _TASKS_PER_WORKER)
    tasks: list[Task] = []
    for is_stream, group in groupby(paths, key=is_line_stream):
        if is_stream:
            parts = workers * _TASKS_PER_WORKER
            tasks += [line_task for path in group for line_task in _line_tasks(path, parts)]
        else:
            tasks += _whole_tasks(group, sizes, most)
    return tasks


def _line_tasks(path: Path, parts: int) -> list[Task]:
    return [Task(paths=(path,), lines=lines) for lines in line_ranges(path, parts)]


def _whole_tasks(paths: Iterable[Path], sizes: Mapping[Path, int], most: float) -> Iterator[Task]:
    batch: list[Path] = []
    total = 0
    for path in paths:
        batch.append(path)
        total += sizes[path]
        if total >= most:
            yield Task(paths=tuple(batch))
            batch, total = [], 0
    if batch:
        yield Task(paths=tuple(batch))


def read_task(context: ReadContext, task: Task) -> ReadResult:
    """Read whole recordings, and return their digest.

    Raises:
        CassetteFormatError: A recording is missing on this machine.
    """
    accumulator = Accumulator(context.settings, all_fields=context.all_fields)
    skipped = []
    with collection_paused():
        for path in task.paths:
            try:
                accumulator.read(path)
            except CassetteFormatError as error:
                _check_presence(path)
                skipped.append((path, error))
    return ReadResult(accumulator.digest, skipped, accumulator.used_files(), accumulator.keys)


def analyse_lines(
    context: ReadContext, task: Task
) -> tuple[CassetteEvidence, SampleKeys] | CassetteFormatError:
    """Return the evidence and sample groups of some lines of a recording, or why it can't be read.

    Raises:
        CassetteFormatError: The recording is missing on this machine.
    """
    (path,) = task.paths
    accumulator = Accumulator(context.settings, all_fields=context.all_fields)
    try:
        with collection_paused():
            keys = SampleKeys()
            return accumulator.analyse(path, task.lines or LineRange(), keys), keys
    except CassetteFormatError as error:
        _check_presence(path)
        return error


def match_task(context: tuple[ReadContext, Sequence[Draft]], match: MatchTask) -> ProofResults:
    """Match recordings against the interactions that were derived from them.

    Raises:
        CassetteFormatError: One of them can't be read.
    """
    reading, drafts = context
    reader = Accumulator(reading.settings, all_fields=reading.all_fields).reader
    proof = ProofByRecordings(drafts)
    with collection_paused():
        for path in match.task.paths:
            proof.read(path, reader, lines=match.task.lines, keys=match.keys.get(path))
    return proof.results()


def _check_presence(path: Path) -> None:
    """Fail if a recording is missing on this machine, rather than skip it."""
    if not path.exists():
        raise CassetteFormatError(
            "exists where `derive` runs, but not on a worker",
            where=path,
            remedy="mount the project's folder at the same path on every worker",
        )


def _size(path: Path) -> int:
    """Return the size of a file in bytes, at least 1."""
    try:
        return max(path.stat().st_size, 1)
    except OSError:
        return 1
