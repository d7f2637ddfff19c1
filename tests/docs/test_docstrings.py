"""Every example in a docstring of the two packages runs and gives what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pactape
import pactape_clients
import pytest

FOLDERS = [Path(package.__path__[0]) for package in (pactape, pactape_clients)]
MODULES = sorted(
    ".".join(file.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")
    for folder in FOLDERS
    for file in folder.rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_say(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert (results.failed, results.attempted > 0) == (0, True)
