"""The tree of errors, and its drawing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape_clients import errors as tree
from pactape_clients.errors import (
    ClientError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def _all_subclasses(kind: type[ClientError]) -> Iterator[type[ClientError]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _all_subclasses(subclass)


def _tree_lines(kind: type[ClientError], indent: str = "") -> Iterator[str]:
    children = [subclass for subclass in kind.__subclasses__() if subclass.__module__ == tree.__name__]
    for number, child in enumerate(children):
        last = number == len(children) - 1
        yield f"{indent}{'└── ' if last else '├── '}{child.__name__}"
        yield from _tree_lines(child, indent + ("    " if last else "│   "))


def test_the_drawing_of_the_errors_is_the_tree() -> None:
    drawing = re.search(r"```\n(.*?)```", tree.__doc__ or "", re.DOTALL)
    assert drawing is not None
    lines = [re.sub(r"(\w) .*", r"\1", line) for line in drawing[1].strip().splitlines()]
    assert lines == ["ClientError", *_tree_lines(ClientError)]


def test_every_error_of_the_room_is_in_the_tree() -> None:
    in_tree = {ClientError, *_all_subclasses(ClientError)}
    exported = {getattr(tree, name) for name in tree.__all__ if name.endswith("Error")}
    assert exported <= in_tree
