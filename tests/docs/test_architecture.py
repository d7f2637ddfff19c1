"""The architecture page is true to the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_rooms_of_the_page_are_the_layers_that_import_linter_checks() -> None:
    contracts = SETTINGS["tool"]["importlinter"]["contracts"]
    (toolkit,) = (contract for contract in contracts if contract.get("containers") == ["pactape"])
    layers = [sorted(layer.split(" | ")) for layer in toolkit["layers"]]
    table = PAGE.partition("## Rooms of the toolkit")[2].partition("##")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert [sorted(re.findall(r"`(\w+)`", row)) for row in rows] == layers[::-1]


def test_every_file_and_folder_that_the_page_names_exists() -> None:
    steps = PAGE.partition("## The way of the data")[2].partition("## Rooms of the toolkit")[0]
    paths = re.findall(r"`([a-z_]+/[a-z_/.]*)`", steps)
    toolkit = ROOT / "contracts" / "pactape"
    assert [path for path in paths if not (toolkit / path).exists()] == []


def test_every_room_of_the_reference_system_is_on_the_page() -> None:
    rooms = {path.stem for path in (ROOT / "storefront").iterdir() if not path.name.startswith(("_", "."))}
    section = PAGE.partition("## The reference system")[2].partition("##")[0]
    assert rooms - set(re.findall(r"`(\w+)`", section)) == {"migrations"}
