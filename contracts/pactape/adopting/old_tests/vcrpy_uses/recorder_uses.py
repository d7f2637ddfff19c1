"""The places in a test module that use a recorder: calls of vcrpy's `use_cassette`, and bare decorators."""

from __future__ import annotations

import ast
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.arguments import ensured_suffix
from pactape.adopting.old_tests.expressions import path_of
from pactape.adopting.old_tests.marked_tests import KEEP
from pactape.adopting.old_tests.vcrpy_uses.vcr_objects import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["RecorderUse", "UseFinder", "name_in_project"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_FOLDER = "cassette_library_dir"
_SUFFIXES = {".yaml", ".yml", ".json"}


class RecorderUse(msgspec.Struct, frozen=True):
    """A use of a recorder.

    Args:
        node: The call, or the bare decorator.
        recorder: The recorder that is used.
        default: The default path of its cassette; empty unless it is a decorator.
        is_bound: Whether the test uses the cassette object.
    """

    node: ast.expr
    recorder: Recorder
    default: str = ""
    is_bound: bool = False

    @property
    def arguments(self) -> list[ast.expr]:
        """Its positional arguments."""
        return self.node.args if isinstance(self.node, ast.Call) else []

    @property
    def keywords(self) -> dict[str, ast.expr]:
        """Its named arguments."""
        own = self.node.keywords if isinstance(self.node, ast.Call) else []
        return {keyword.arg or "**": keyword.value for keyword in own}

    @property
    def options(self) -> dict[str, ast.expr]:
        """The options for vcrpy: those of the recorder and its own."""
        return {**self.recorder.options, **({} if self.recorder.wrapper else self.keywords)}


class UseFinder:
    """Finds the uses of a module's recorders.

    Args:
        module: The module's path.
        recorders: Its recorders.
        values: The values of its names.
    """

    def __init__(
        self, module: Path, recorders: Mapping[str, Recorder], values: Mapping[str, ast.expr]
    ) -> None:
        self._module = module
        self._recorders = recorders
        self._values = values

    def uses(self, node: ast.AST) -> Iterator[RecorderUse]:
        """Yield the uses below a node, each once."""
        decorated = {
            id(mark): child.name
            for child in ast.walk(node)
            if isinstance(child, _Definition)
            for mark in child.decorator_list
        }
        bound = {
            id(item.context_expr)
            for child in ast.walk(node)
            if isinstance(child, ast.With | ast.AsyncWith)
            for item in child.items
            if item.optional_vars is not None
        }
        called = {id(child.func) for child in ast.walk(node) if isinstance(child, ast.Call)}
        for child in ast.walk(node):
            recorder = None if id(child) in called else self._recorder(child)
            if recorder is not None and isinstance(child, ast.expr):
                default = self._default(decorated.get(id(child), ""), recorder)
                yield RecorderUse(child, recorder, default, id(child) in bound)

    def _default(self, function: str, recorder: Recorder) -> str:
        """Return the path of a decorated function's cassette: in the recorder's folder or the module's."""
        has_folder = _FOLDER in recorder.options
        return function if has_folder or not function else (self._module.parent / function).as_posix()

    def _recorder(self, node: ast.AST) -> Recorder | None:
        """Return the recorder whose `use_cassette` an expression is; None for any other expression."""
        function = node.func if isinstance(node, ast.Call) else node
        if not isinstance(function, ast.Name | ast.Attribute) or not isinstance(function.ctx, ast.Load):
            return None
        recorder = self._recorders.get(ast.unparse(function))
        if recorder is not None and recorder.is_function:
            return recorder if isinstance(node, ast.Call) or not recorder.wrapper else None
        if not isinstance(function, ast.Attribute) or function.attr != "use_cassette":
            return None
        recorder = self._recorders.get(ast.unparse(function.value))
        return recorder if recorder is not None and not recorder.is_function else None

    def problems(self, use: RecorderUse) -> Iterator[tuple[int, str]]:
        """Yield the reasons why a use can't be changed."""
        line, text = use.node.lineno, ast.unparse(use.node)
        if use.is_bound:
            yield line, f"{text}: the test uses vcrpy's cassette object. {KEEP}"
        if self._name(use) is None:
            yield line, f"{text} doesn't name its cassette with a string literal. {KEEP}"
        if _FOLDER in use.options and self._folder(use) is None:
            yield line, f"{text}: its folder is computed. {KEEP}"
        if "**" in use.options:
            yield line, f"{text}: its options are computed. {KEEP}"

    def path(self, use: RecorderUse) -> str:
        """Return the path of a use's cassette, with slashes: relative to the project's folder, or absolute."""
        name = self._name(use) or ""
        suffix = ensured_suffix(use.options.get("path_transformer"))
        name += suffix if name and not name.endswith(suffix) else ""
        folder = self._folder(use)
        base = "" if folder is None else folder.as_posix()
        return (
            name
            if not name or not base or name.startswith(base)
            else (folder or Path()).joinpath(name).as_posix()
        )

    def _folder(self, use: RecorderUse) -> Path | None:
        node = use.options.get(_FOLDER)
        return None if node is None else path_of(node, self._module, names=self._values)

    def _name(self, use: RecorderUse) -> str | None:
        """Return the name of a use's cassette; None when it is computed."""
        if use.recorder.wrapper is not None:
            return self._wrapped_name(use)
        arguments = [*use.arguments, *([use.options["path"]] if "path" in use.options else [])]
        if not arguments:
            return use.default or None
        (first, *others) = arguments
        path = path_of(first, self._module, names=self._values)
        return None if path is None or others else path.as_posix().replace("\\", "/")

    def _wrapped_name(self, use: RecorderUse) -> str | None:
        """Return the cassette name that a function of the project builds from its arguments."""
        wrapper = use.recorder.wrapper
        assert wrapper is not None  # noqa: S101 -- the caller has checked it
        given = {**dict(zip(wrapper.parameters, use.arguments, strict=False)), **use.keywords}
        names = dict(wrapper.values)
        for name, node in given.items():
            path = path_of(node, self._module, names=self._values)
            if path is None:
                return None
            names[name] = ast.Constant(path.as_posix())
        path = path_of(wrapper.name, wrapper.module, names=names)
        return None if path is None else path.as_posix()


def name_in_project(path: str) -> str:
    """Return the name of a cassette in the project's folder: its path below a folder of cassettes."""
    parts = [part for part in PurePosixPath(path).parts if part not in {"/", ".", ".."}]
    folders = [index for index, part in enumerate(parts[:-1]) if part.endswith("cassettes")]
    below = parts[folders[-1] + 1 :] if folders else parts[-2:] if Path(path).is_absolute() else parts
    name = PurePosixPath(*below)
    return (
        name.with_suffix(".yaml") if name.suffix in _SUFFIXES else name.with_name(f"{name.name}.yaml")
    ).as_posix()
