"""The consumer is named after the project, wherever its build tool keeps the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[project]\nname = "shop"\n'),
        ("pyproject.toml", '[tool.poetry]\nname = "shop"\n'),
        ("pyproject.toml", '[tool.flit.metadata]\nmodule = "shop"\n'),
        ("setup.cfg", "[metadata]\nname = shop\n"),
        ("setup.py", 'import setuptools\nsetuptools.setup(name="shop", version="1")\n'),
    ],
)
def test_a_project_s_name_is_the_consumer_s(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path)
    assert (settings.consumer, settings.consumer_is_folder) == ("shop", False)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", "[pytest]\n"),
        ("setup.cfg", "no section"),
        ("setup.py", "def"),
        ("setup.py", "setup(name=NAME)"),
        ("pyproject.toml", "[project]\nname = 5\n"),
    ],
)
def test_without_a_name_it_is_the_folder_s_and_that_is_known(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path)
    assert (settings.consumer, settings.consumer_is_folder) == (tmp_path.name, True)
