"""Secrets: planted ones that stay, harmless fields that are destroyed, and what scrubbing costs beside yaml.load.

The rows on a corpus of cassettes are skipped unless CORPUS names its folder.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from _timing import medians, show
from pactape.cassettes.contents import read_any
from pactape.cassettes.scrubbing.quick_checks.checks import quick_checks
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts import derive
from pactape.contracts.samples.sanitizing import without_secrets
from pactape.errors import PactapeError
from pactape.settings import load_settings
from vcr.cassette import Cassette
from vcr.serializers import yamlserializer

from tests.cassettes.scrubbing.helpers.harmless_fields import destroyed
from tests.cassettes.scrubbing.helpers.planted_secrets import planted_cases, stays

if TYPE_CHECKING:
    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["run"]


def run() -> dict[str, float]:
    """Return the figures of scrubbing."""
    corpus = os.environ.get("CORPUS")
    return {**_planted(), **_harmless(), **(_corpus(Path(corpus).resolve()) if corpus else {})}


def _planted() -> dict[str, float]:
    cases = list(planted_cases())
    remaining = [case.shape for case in cases if stays(case)]
    print(
        f"planted secrets that stay: {len(remaining)} of {len(cases)}, {len({case.shape for case in cases})} shapes"
    )
    for shape in remaining:
        print(f"  {shape}")
    return {"secrets.planted.left": round(len(remaining) / len(cases), 4)}


def _harmless() -> dict[str, float]:
    changed, count = destroyed()
    print(f"harmless fields that are destroyed: {len(changed)} of {count}")
    for name in changed:
        print(f"  {name}")
    return {"secrets.harmless.destroyed": round(len(changed) / count, 4)}


def _corpus(corpus: Path) -> dict[str, float]:
    files = sorted(path for path in corpus.rglob("*") if path.suffix in {".yaml", ".yml"})
    data = [path.read_bytes() for path in files]
    recorded = [exchanges for path in files if (exchanges := _exchanges(path))]
    times = medians(
        {"yaml.load": lambda: _load(data), "pactape: scrub": lambda: _scrub(recorded)},
        rounds=5,
    )
    show(f"scrubbing {len(files)} cassettes", times, base="yaml.load")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        text = f'[project]\nname = "web"\n[tool.pactape]\ncassettes = "{corpus}"\n'
        (project / "pyproject.toml").write_text(text, encoding="utf-8")
        settings = load_settings(project)
        cold = medians(
            {
                "vcrpy: load": lambda: _load_by_vcrpy(files),
                "pactape: derive": lambda: _derive(settings, project),
            },
            rounds=3,
        )
    show("deriving from nothing", cold, base="vcrpy: load")
    return {
        "secrets.scrub.over_yaml_load": round(times["pactape: scrub"] / times["yaml.load"], 2),
        "contracts.derive_cold.over_vcrpy_load": round(cold["pactape: derive"] / cold["vcrpy: load"], 2),
    }


def _exchanges(path: Path) -> tuple[Exchange, ...]:
    try:
        return read_any(path).exchanges
    except PactapeError:
        return ()


def _load(data: list[bytes]) -> None:
    for datum in data:
        with suppress(yaml.YAMLError):
            yaml.load(datum, yaml.CSafeLoader)


def _scrub(recorded: list[tuple[Exchange, ...]]) -> None:
    """Scrub every cassette for the first time: what the quick checks remember is forgotten before."""
    quick_checks.cache_clear()
    for exchanges in recorded:
        scrubber = Scrubber(ScrubRules())
        for exchange in exchanges:
            with suppress(ValueError):
                without_secrets(exchange, scrubber)


def _load_by_vcrpy(files: list[Path]) -> None:
    for path in files:
        with suppress(Exception):
            Cassette.load(path=str(path), serializer=yamlserializer)


def _derive(settings: Settings, project: Path) -> None:
    for cached in (project / ".pactape").rglob("*"):
        if cached.is_file():
            cached.unlink()
    quick_checks.cache_clear()
    derive(settings)
