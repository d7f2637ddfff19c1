"""The tree of errors: drawn in the module's documentation, and complete."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

import pactape
import pytest
from pactape import errors
from pactape.errors import BadInputError, MissingExtraError, PactapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A line of the drawing: "│   ├── SettingsError      what it is about".
LINE = re.compile(r"(?P<indent>(?:[│ ] {3})*(?:[├└]── )?)(?P<name>\w+Error)\b")


def import_everything() -> None:
    """Import all modules of the toolkit, so that every subclass exists."""
    for module in pkgutil.walk_packages(pactape.__path__, "pactape."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def drawn() -> set[tuple[str, str]]:
    """Return the pairs of class and base class in the drawing."""
    pairs: set[tuple[str, str]] = set()
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            depth = len(match["indent"]) // 4
            path[depth:] = [match["name"]]
            pairs.add((match["name"], path[depth - 1] if depth else "Exception"))
    return pairs


def existing(base: type[BaseException]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of class and base class below `base`."""
    for subclass in base.__subclasses__():
        yield subclass.__name__, base.__name__
        yield from existing(subclass)


def test_the_drawing_holds_all_errors_and_nothing_else() -> None:
    import_everything()
    assert drawn() == {("PactapeError", "Exception"), *existing(PactapeError)}


def test_every_error_is_defined_in_the_module_that_draws_it() -> None:
    import_everything()
    names = [name for name, _ in existing(PactapeError)]
    assert [name for name in names if not hasattr(errors, name)] == []


def test_a_message_says_where_what_and_how_to_fix_it() -> None:
    error = BadInputError("unknown setting 'hosst'", where="pyproject.toml", remedy="write 'host'")
    assert str(error) == "pyproject.toml: unknown setting 'hosst'. Fix: write 'host'."


def test_without_a_place_the_message_starts_with_what_is_wrong() -> None:
    assert str(BadInputError("no broker", remedy="start one")) == "no broker. Fix: start one."


@pytest.mark.parametrize("extra", ["verify", "broker"])
def test_a_missing_extra_is_named_in_the_command_that_installs_it(extra: str) -> None:
    assert f"pip install 'pactape[{extra}]'" in str(MissingExtraError(extra, "it"))
