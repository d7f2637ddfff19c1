"""Resolving the names in a test module that refer to vcrpy: its module, its function, its objects."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.expressions import path_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Recorder", "recorders_of"]


class Recorder(msgspec.Struct, frozen=True):
    """A name of the module that refers to the module `vcr`, its function, or a VCR object.

    Args:
        is_function: Whether the name is `use_cassette` itself.
        options: The object's options, by name.
    """

    is_function: bool = False
    options: Mapping[str, ast.expr] = {}


def recorders_of(tree: ast.Module, path: Path) -> dict[str, Recorder]:
    """Return the names of a module that refer to vcrpy."""
    recorders: dict[str, Recorder] = {}
    classes: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            recorders |= {each.asname or "vcr": Recorder() for each in node.names if each.name == "vcr"}
        elif isinstance(node, ast.ImportFrom) and node.module == "vcr":
            for each in node.names:
                name = each.asname or each.name
                if each.name == "use_cassette":
                    recorders[name] = Recorder(is_function=True)
                elif each.name == "VCR":
                    classes.add(name)
        elif isinstance(node, ast.Assign) and _makes_recorder(node.value, recorders, classes):
            assert isinstance(node.value, ast.Call)  # noqa: S101 -- _makes_recorder has checked it
            options = {each.arg or "**": each.value for each in node.value.keywords}
            folder = (
                path_of(options["cassette_library_dir"], path) if "cassette_library_dir" in options else None
            )
            if folder is not None:
                options["cassette_library_dir"] = ast.Constant(folder.as_posix())
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
            recorders |= {name: Recorder(options=options) for name in names}
    return recorders


def _makes_recorder(node: ast.expr, recorders: Mapping[str, Recorder], classes: set[str]) -> bool:
    """Return whether an expression is `vcr.VCR(…)`."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in classes
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "VCR"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in recorders
    )
