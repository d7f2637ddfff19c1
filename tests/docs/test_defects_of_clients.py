"""The page on what clients get wrong names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "defects-of-clients.md").read_text(encoding="utf-8")
THERE = {
    node.name
    for path in (ROOT / "tests" / "clients").glob("test_*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
}


@pytest.mark.parametrize("name", re.findall(r"`(test_\w+)`", PAGE))
def test_a_defect_has_its_test(name: str) -> None:
    assert name in THERE
