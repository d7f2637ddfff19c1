"""Contracts of real recordings: on recordings that they have not seen, on their own, and what deriving them takes.

Runs only when CORPUS names a folder with a folder of cassettes for each project.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from _holdout import Holdout
from pactape.settings import Settings, load_settings

__all__ = ["run"]

_HERE = Path(__file__).resolve().parent
_COUNTS = (3, 10, 20)
_MEGABYTE = 1_000_000
_ALLOWANCE = 10 * _MEGABYTE


def run() -> dict[str, float]:
    """The figures of contracts of a corpus."""
    corpus = os.environ.get("CORPUS")
    if not corpus:
        print("skipped: CORPUS is not a folder")
        return {}
    projects = sorted(path for path in Path(corpus).resolve().iterdir() if path.is_dir())
    with tempfile.TemporaryDirectory() as folder:
        settings = [_project(Path(folder) / project.name, project) for project in projects]
        return {**_holdout(settings), **_memory(settings, projects), **_soundness(Path(corpus).resolve())}


def _project(root: Path, cassettes: Path) -> Settings:
    root.mkdir()
    text = f'[project]\nname = "web"\n[tool.pactape]\ncassettes = "{cassettes}"\n'
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_settings(root)


def _holdout(settings: list[Settings]) -> dict[str, float]:
    holdout = Holdout()
    for setting in settings:
        before = {count: list(holdout.judged.get(count, [0, 0])) for count in _COUNTS}
        holdout.add(setting, _COUNTS)
        _print_project(setting.root.name, before, holdout)
    figures: dict[str, float] = {}
    for count in _COUNTS:
        judged, refused = holdout.judged.get(count, [0, 0])
        broken, caught = holdout.broken.get(count, [0, 0])
        shares = f"{refused} of {judged} others refused, {caught} of {broken} breaks caught"
        print(f"  from {count} distinct answers: {shares}")
        if judged:
            figures[f"contracts.holdout.false_alarms_{count}"] = round(refused / judged, 4)
        if broken:
            figures[f"contracts.holdout.caught_{count}"] = round(caught / broken, 4)
    for reason in sorted(set(holdout.refusals)):
        print(f"    refused: {reason}")
    for kind, number in sorted(holdout.missed.items()):
        print(f"    missed: {kind} {number} times")
    return figures


def _print_project(name: str, before: dict[int, list[int]], holdout: Holdout) -> None:
    """Print a project's part: one with many answers, or recorded against several versions, weighs much."""
    for count in _COUNTS:
        judged, refused = (
            now - old for now, old in zip(holdout.judged.get(count, [0, 0]), before[count], strict=True)
        )
        if judged:
            print(f"  {name}: from {count} distinct answers, {refused} of {judged} others refused")


def _memory(settings: list[Settings], projects: list[Path]) -> dict[str, float]:
    """The most of what deriving a project takes over its imports, beyond 10 MB, by the size of its largest file."""
    worst = 0.0
    for setting, project in zip(settings, projects, strict=True):
        largest = max(path.stat().st_size for path in project.rglob("*") if path.is_file())
        command = [sys.executable, str(_HERE / "_derive_once.py"), str(setting.root)]
        output = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 -- our own
        before, after = map(int, output.split())
        ratio = max(0.0, after - before - _ALLOWANCE) / largest
        print(
            f"  {project.name}: {(after - before) / _MEGABYTE:.1f} MB, largest file {largest / _MEGABYTE:.2f} MB, "
            f"10 MB + {ratio:.1f} times it"
        )
        worst = max(worst, ratio)
    return {"contracts.derive.memory_over_largest": round(worst, 2)}


def _soundness(corpus: Path) -> dict[str, float]:
    """How many recordings break their contract by either engine's word."""
    command = [sys.executable, "-P", "-m", "tests.conformance.soundness", str(corpus), "all"]
    root = _HERE.parent
    ran = subprocess.run(  # noqa: S603 -- our own
        command,
        capture_output=True,
        check=False,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    print(ran.stdout[-3000:], ran.stderr[-500:])
    row = next(line.split() for line in ran.stdout.splitlines() if line.startswith("all "))
    return {"contracts.soundness.failed": float(row[5])}
