"""Adopting reads pytest's settings where pytest does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.adopting.planning.old_settings import python_file_patterns

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("pytest.ini", "[pytest]\npython_files = a_*.py b_*.py\n", ("a_*.py", "b_*.py")),
        ("tox.ini", "[pytest]\npython_files = a_*.py\n", ("a_*.py",)),
        ("setup.cfg", "[tool:pytest]\npython_files =\n    a_*.py\n    b_*.py\n", ("a_*.py", "b_*.py")),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = 'a_*.py'\n", ("a_*.py",)),
        ("pyproject.toml", "[tool.pytest.ini_options]\npython_files = ['a_*.py']\n", ("a_*.py",)),
        ("pyproject.toml", "[tool.pytest]\npython_files = ['a_*.py']\n", ("a_*.py",)),
        ("pytest.toml", "[pytest]\npython_files = ['a_*.py', 'b_*.py']\n", ("a_*.py", "b_*.py")),
        (".pytest.toml", "[pytest]\npython_files = ['a_*.py']\n", ("a_*.py",)),
        ("pyproject.toml", "[tool.other]\n", ("test_*.py", "*_test.py")),
        ("pyproject.toml", "not toml", ("test_*.py", "*_test.py")),
        ("pytest.ini", "not an ini file", ("test_*.py", "*_test.py")),
    ],
)
def test_test_files_are_those_of_pytests_settings(
    tmp_path: Path, file: str, text: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / file).write_text(text)
    assert python_file_patterns(tmp_path) == (*expected, "conftest.py")


@pytest.mark.parametrize("first", ["pytest.ini", "pytest.toml", "pyproject.toml"])
def test_of_several_configurations_of_pytest_the_one_that_it_reads_counts(tmp_path: Path, first: str) -> None:
    section = "tool.pytest.ini_options" if first == "pyproject.toml" else "pytest"
    (tmp_path / first).write_text(f"[{section}]\naddopts = ''\n")
    (tmp_path / "tox.ini").write_text("[pytest]\npython_files = old_*.py\n")
    assert python_file_patterns(tmp_path) == ("test_*.py", "*_test.py", "conftest.py")
