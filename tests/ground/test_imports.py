"""Importable objects: found by reference, or refused with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.errors import ApplicationError, BadInputError
from pactape.imports import import_object

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
class Things:
    number = 7

def make():
    return "made"

def fail():
    raise KeyError("no database")
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "importable_things.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "importable_nonsense.py").write_text("def\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("reference", "value"),
    [("importable_things:Things.number", 7), ("importable_things:make()", "made")],
)
def test_an_object_is_imported_by_its_reference(root: Path, reference: str, value: object) -> None:
    assert import_object(reference, root=root) == value


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("importable_things", "is not a reference"),
        ("importable_things:", "is not a reference"),
        (":make", "is not a reference"),
        ("importable_things:gone", "can't be imported"),
        ("importable_gone:make", "can't be imported"),
        ("importable_nonsense:make", "can't be imported"),
        ("importable_things:make.more", "can't be imported"),
        ("importable_things:fail()", "failed: KeyError: 'no database'"),
    ],
)
def test_a_reference_that_leads_nowhere_is_one_clear_error(root: Path, reference: str, problem: str) -> None:
    with pytest.raises(ApplicationError, match=rf"^setting: .*{problem}.*Fix: "):
        import_object(reference, root=root, error=ApplicationError, where="setting")


def test_the_error_is_bad_input_by_default(root: Path) -> None:
    with pytest.raises(BadInputError):
        import_object("importable_gone:x", root=root)
