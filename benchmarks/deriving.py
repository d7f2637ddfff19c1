"""Deriving: a whole corpus against loading it with vcrpy, merging against pact-python, and how tight contracts are.

The rows on a corpus of cassettes are skipped unless CORPUS names its folder.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _tightness import MUTATIONS, measure
from _timing import medians, show
from pact import Pact
from pactape.contracts import derive, write_contracts
from pactape.settings import Settings, load_settings
from vcr.cassette import Cassette
from vcr.serializers import jsonserializer, yamlserializer

__all__ = ["run"]

_HERE = Path(__file__).resolve().parent
_SUFFIXES = {".yaml", ".yml", ".json"}
_TESTS = 1_000
_REPEATS = 20
_MERGES = 3
_SAMPLES = (1, 2, 3, 5, 10, 20, 50)
_MANY = 10


def run() -> dict[str, float]:
    """The figures of deriving."""
    corpus = os.environ.get("CORPUS")
    on_corpus = _corpus(Path(corpus).resolve()) if corpus else {}
    return {**on_corpus, **_tightness(), **_merge()}


def _corpus(corpus: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        whole = _project(Path(folder) / "whole", corpus)
        files = sorted(path for path in corpus.rglob("*") if path.suffix in _SUFFIXES)
        times = medians(
            {
                "vcrpy: load": lambda: _load(files),
                "pactape: derive, nothing kept": lambda: _derive_afresh(whole),
                "pactape: derive": lambda: derive(whole),
            },
            rounds=3,
        )
        show(f"all contracts of {len(files)} cassettes", times, base="vcrpy: load")
        largest = max(files, key=lambda path: path.stat().st_size)
        alone = Path(folder) / "cassettes"
        alone.mkdir()
        shutil.copy(largest, alone)
        before, peak = _peak(whole)
        _, alone_peak = _peak(_project(Path(folder) / "alone", alone))
    print(
        f"peak memory of the process: {_megabytes(before)} before, {_megabytes(peak)} after all of them, "
        f"{_megabytes(alone_peak)} after the largest alone"
    )
    base = times["vcrpy: load"]
    return {
        "contracts.derive_corpus.over_vcrpy_load": round(times["pactape: derive"] / base, 2),
        "contracts.derive_corpus.first_over_vcrpy_load": round(
            times["pactape: derive, nothing kept"] / base, 2
        ),
        "contracts.derive_corpus.memory_over_largest": round(peak / alone_peak, 2),
    }


def _project(root: Path, cassettes: Path) -> Settings:
    root.mkdir()
    text = f'[project]\nname = "web"\n[tool.pactape]\ncassettes = "{cassettes}"\n'
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_settings(root)


def _load(files: list[Path]) -> None:
    for path in files:
        serializer = jsonserializer if path.suffix == ".json" else yamlserializer
        Cassette.load(path=str(path), serializer=serializer)


def _forget(settings: Settings) -> None:
    shutil.rmtree(settings.root / ".pactape", ignore_errors=True)


def _derive_afresh(settings: Settings) -> None:
    _forget(settings)
    derive(settings)


def _peak(settings: Settings) -> tuple[int, int]:
    """The most memory that a process took before and after deriving, imports included, in bytes."""
    _forget(settings)
    command = [sys.executable, str(_HERE / "_derive_once.py"), str(settings.root)]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 -- our own
    before, after = map(int, output.split())
    return before, after


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _merge() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        theirs = sum(_written(number, root / "merged") for number in range(_TESTS))
        (root / "pyproject.toml").write_text(
            '[project]\nname = "web"\n[tool.pactape]\nhandwritten = "written"\n', encoding="utf-8"
        )
        _record_one(root / "cassettes")
        shards = sum(_written(number, root / "written" / str(number)) for number in range(_TESTS))
        merge = min(_merged(root) for _ in range(_MERGES))
    print(f"{_TESTS} tests' interactions: write_file into one file {theirs:.2f} s of processor time")
    print(f"  into a file each {shards:.2f} s (pact-python, too), and our merge of the files {merge:.2f} s")
    return {"contracts.merge_1000.merge_speedup_vs_pact_python": round((theirs - shards) / merge, 1)}


def _merged(root: Path) -> float:
    """Seconds of processor time that it takes to merge the tests' files into a contract, with nothing cached."""
    shutil.rmtree(root / ".pactape", ignore_errors=True)
    begin = time.process_time()
    write_contracts(derive(load_settings(root)), root / "pacts")
    return time.process_time() - begin


def _written(number: int, folder: Path) -> float:
    """Seconds of processor time that writing a test's interaction takes, without describing it."""
    pact = _consumer_test(number)
    begin = time.process_time()
    pact.write_file(folder)
    return time.process_time() - begin


def _consumer_test(number: int) -> Pact:
    pact = Pact("web", "users")
    request = pact.upon_receiving(f"gets user {number}").with_request("GET", f"/users/{number}")
    request.will_respond_with(200).with_body({"id": number, "name": "Ada"}, "application/json")
    return pact


def _record_one(folder: Path) -> None:
    folder.mkdir()
    (folder / "one.yaml").write_text(
        "version: 1\ninteractions:\n- request: {method: GET, uri: 'http://users/health', body: null, headers: {}}\n"
        "  response: {status: {code: 204, message: ''}, headers: {}, body: {string: ''}}\n",
        encoding="utf-8",
    )


def _tightness() -> dict[str, float]:
    chance = random.Random(7)  # noqa: S311 -- made-up answers
    print(f"{len(MUTATIONS)} mutations; shares taken of held-out answers and caught of mutations")
    table: dict[int, dict[str, float]] = {}
    for samples in _SAMPLES:
        runs = [measure(chance, samples=samples) for _ in range(_REPEATS)]
        table[samples] = {name: statistics.mean(run[name] for run in runs) for name in runs[0]}
        print(
            f"  {samples:>3} samples  "
            + "  ".join(f"{name} {share:.3f}" for name, share in table[samples].items())
        )
    many = [row for samples, row in table.items() if samples >= _MANY]
    return {
        "contracts.tightness.caught_from_10": round(min(row["caught"] for row in many), 3),
        "contracts.tightness.caught_with_pairs_from_10": round(
            min(row["caught with pairs"] for row in many), 3
        ),
        "contracts.tightness.taken_from_10": round(min(row["taken with pairs"] for row in many), 3),
        "contracts.tightness.false_alarms_at_3": round(1 - table[3]["taken with pairs"], 3),
    }
