"""Deriving by several processes, or by a Dask cluster, gives the bytes that one process gives."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from distributed import LocalCluster
from pactape.contracts import derive
from pactape.contracts.workers import DaskPool, ProcessPool
from pactape.contracts.workers.tasks import ReadContext, Task, read_task, tasks_of
from pactape.errors import BadInputError, CassetteFormatError, MissingExtraError
from pactape.recorders import is_line_stream
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pactape.contracts import Derivation
    from pactape.settings import Settings


class Inline:
    """A pool of this process, which pickles what it takes and returns as other pools do."""

    size = 3

    def run(self, function: Callable[[Any, Any], Any], context: Any, tasks: Sequence[Any]) -> list[Any]:
        messages = [pickle.loads(pickle.dumps((context, task))) for task in tasks]  # noqa: S301 -- our own
        return [pickle.loads(pickle.dumps(function(*message))) for message in messages]  # noqa: S301 -- our own


def line(number: int, status: int = 200) -> str:
    body: dict[str, Any] = {"id": number, "name": f"n{number}", **({"nick": None} if number % 3 else {})}
    return json.dumps(
        {
            "request": {"method": "GET", "url": f"https://api.example.com/things/{number}"},
            "response": {
                "status": status,
                "headers": {"Content-Type": "application/json"},
                "body": json.dumps(body),
            },
        }
    )


def project(root: Path, lines: int = 30) -> Settings:
    """A project with small recordings, two that are read line by line, and one that is none."""
    (root / "pyproject.toml").write_text(
        '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["traffic"]\n', encoding="utf-8"
    )
    folder = root / "traffic"
    folder.mkdir(exist_ok=True)
    for number in range(4):
        (folder / f"{number}.ndjson").write_text(line(number, 200 + number % 2) + "\n", encoding="utf-8")
    (folder / "broken.har").write_text('{"log": {"entries": [', encoding="utf-8")
    many = "\n".join(line(number) for number in range(lines)) + "\n\nno JSON\n"
    (folder / "many.ndjson").write_text(many, encoding="utf-8")
    (folder / "many.ndjson.gz").write_bytes(gzip.compress(many.encode()))
    return load_settings(root)


@pytest.fixture(autouse=True)
def line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of two kilobytes are read line by line, in parts of ten lines."""
    monkeypatch.setattr("pactape.recorders.line_streams._LEAST_BYTES", 600)
    monkeypatch.setattr("pactape.recorders.line_streams._LINES", 10)


def outcome(derivation: Derivation) -> tuple[object, ...]:
    return (
        [contract.encode() for contract in derivation.contracts],
        derivation.recordings,
        derivation.exclusions,
        derivation.problems,
        derivation.skipped_files,
        derivation.cassettes,
    )


def test_tasks_in_other_processes_give_the_same_derivation(tmp_path: Path) -> None:
    settings = project(tmp_path)
    alone = outcome(derive(settings))
    for cached in (tmp_path / ".pactape" / "evidence").iterdir():
        cached.unlink()
    assert outcome(derive(settings, pool=Inline())) == alone
    assert outcome(derive(settings, pool=Inline())) == alone  # from the cache


def test_workers_leave_the_cache_as_one_process_does(tmp_path: Path) -> None:
    settings = project(tmp_path)
    derive(settings)
    cached = {path.name for path in (tmp_path / ".pactape").glob("*/*")}
    (tmp_path / "traffic" / "0.ndjson").unlink()
    derive(settings, pool=Inline())
    fewer = {path.name for path in (tmp_path / ".pactape").glob("*/*")}
    assert (len(cached - fewer), len(fewer - cached)) == (2, 1)  # of the deleted one; the new proof


def test_a_contradiction_between_the_parts_of_two_workers_is_the_same_problem(tmp_path: Path) -> None:
    settings = project(tmp_path)
    contradicting = "\n".join([*map(line, range(25)), line(3, 409), line(24, 409)])
    (tmp_path / "traffic" / "many.ndjson").write_text(contradicting, encoding="utf-8")
    (tmp_path / "traffic" / "z.ndjson").write_text(line(1, 404), encoding="utf-8")
    alone = derive(settings)
    assert (len(alone.problems), outcome(derive(settings, pool=Inline()))) == (1, outcome(alone))


def test_a_damaged_file_that_is_read_line_by_line_is_skipped(tmp_path: Path) -> None:
    settings = project(tmp_path, lines=90)
    data = os.urandom(2000).hex()
    coded = gzip.compress("\n".join([*map(line, range(9)), json.dumps({"x": data})]).encode())
    (tmp_path / "traffic" / "many.ndjson.gz").write_bytes(coded[:-100])
    derivation = derive(settings, pool=Inline())
    assert [file.file for file in derivation.skipped_files] == [
        "traffic/broken.har",
        "traffic/many.ndjson.gz",
    ]
    assert outcome(derivation) == outcome(derive(settings))


def test_when_no_file_can_be_read_it_is_an_error(tmp_path: Path) -> None:
    settings = project(tmp_path)
    for path in (tmp_path / "traffic").iterdir():
        path.write_text('{"log": {"entries": [', encoding="utf-8")
    with pytest.raises(CassetteFormatError, match=r"0\.ndjson: is a damaged file of HAR"):
        derive(settings, pool=Inline())


def test_tasks_are_of_about_equal_size_and_keep_the_order(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number:02}.yaml" for number in range(40)]
    for path in paths:
        path.write_bytes(b"x" * 100)
    tasks = tasks_of([*paths, tmp_path / "missing.yaml"], 2)
    assert [path for task in tasks for path in task.paths] == [*paths, tmp_path / "missing.yaml"]
    assert {len(task.paths) for task in tasks} <= {5, 6, 1}


def test_a_worker_that_lacks_a_recording_is_an_error_and_skips_nothing(tmp_path: Path) -> None:
    settings = project(tmp_path)
    context = ReadContext(settings, all_fields=False)
    with pytest.raises(CassetteFormatError, match="but not on a worker"):
        read_task(context, Task(paths=(tmp_path / "traffic" / "gone.har",)))


@pytest.mark.parametrize(
    "error",
    [
        CassetteFormatError("is wrong", where=Path("a.yaml"), remedy="mend it"),
        MissingExtraError("dask", "a cluster"),
    ],
)
def test_errors_keep_what_they_say_on_the_way_between_processes(error: BadInputError) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


@pytest.mark.long
def test_processes_give_the_bytes_of_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # what is patched isn't patched in other processes
    settings = project(tmp_path, lines=20_000)
    assert is_line_stream(tmp_path / "traffic" / "many.ndjson")
    alone = outcome(derive(settings))
    for cached in (tmp_path / ".pactape" / "evidence").iterdir():
        cached.unlink()
    with ProcessPool(2) as pool:
        assert outcome(derive(settings, pool=pool)) == alone


def end_process(_context: object, _task: object) -> None:
    os._exit(1)


@pytest.mark.long
def test_a_worker_that_dies_is_an_error_with_a_remedy() -> None:
    with ProcessPool(1) as pool, pytest.raises(BadInputError, match="a worker process ended unexpectedly"):
        pool.run(end_process, None, [1])


def local_cluster(workers: int) -> LocalCluster:
    """A scheduler and workers in this process, with two threads each."""
    return LocalCluster(  # type: ignore[no-untyped-call]  # Dask is partly typed
        n_workers=workers, threads_per_worker=2, processes=False, dashboard_address=":0"
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with local_cluster(1) as local:
        yield local


def test_a_dask_cluster_gives_the_bytes_of_one_process(tmp_path: Path, cluster: LocalCluster) -> None:
    settings = project(tmp_path)
    alone = outcome(derive(settings))
    for cached in (tmp_path / ".pactape" / "evidence").iterdir():
        cached.unlink()
    with DaskPool(cluster.scheduler_address) as pool:
        assert (pool.size, outcome(derive(settings, pool=pool))) == (2, alone)


def thread_name() -> str:
    return threading.current_thread().name


def test_a_cluster_with_other_code_is_refused(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pactape.contracts.workers.pools.code_fingerprint", thread_name)
    with pytest.raises(BadInputError, match="has no Pactape, or a different version"):
        DaskPool(cluster.scheduler_address)


def test_a_cluster_without_workers_is_refused() -> None:
    with (
        local_cluster(0) as empty,
        pytest.raises(BadInputError, match="has no workers"),
    ):
        DaskPool(empty.scheduler_address)


def test_a_scheduler_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pactape.contracts.workers.pools._CONNECT_SECONDS", 0.2)
    with pytest.raises(BadInputError, match="the Dask scheduler doesn't answer"):
        DaskPool("tcp://127.0.0.1:9")
