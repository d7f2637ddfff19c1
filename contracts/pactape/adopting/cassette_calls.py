"""Calls of vcrpy's `use_cassette` in a test module, and the edits that make them `pactape.use_cassette`."""

from __future__ import annotations

import ast
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.arguments import OldOptions, read_options
from pactape.adopting.expressions import path_of
from pactape.adopting.marked import CassetteCall, Edit, MarkedTest, TestModule, Unit
from pactape.adopting.source_positions import SourcePositions
from pactape.adopting.vcr_objects import Recorder, recorders_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["read_calls", "without_unused_import"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_PLACES = {"cassette_library_dir", "path"}
_SUFFIXES = {".yaml", ".yml", ".json"}
_KEEP = "Next step: keep the call (it works alongside Pactape), or write pactape.use_cassette"


def read_calls(source: bytes, tree: ast.Module, *, path: Path, extra: str = "") -> TestModule:
    """Find the calls of vcrpy's `use_cassette` that are in tests.

    A function or a class changes as a whole.

    Args:
        source: The module's text.
        tree: Its syntax tree.
        path: The module's path; folder names may be relative to it.
        extra: An additional argument for every call, 'body="ignore"'.
    """
    recorders = recorders_of(tree, path)
    if not recorders:
        return TestModule(tree=tree)
    reader = _Reader(source, path, recorders, extra)
    units: list[Unit] = []
    left: list[tuple[int, str]] = []
    staying: list[CassetteCall] = []
    imports = tuple(reader.imports(tree))
    for node in tree.body:
        uses = list(reader.uses(node))
        problems = [(line, reason) for use in uses for line, reason in reader.problems(use)]
        tests = tuple(test for test, _ in _functions(node))
        if uses and not tests:
            problems += [
                (use.node.lineno, f"{ast.unparse(use.node)} isn't in a test. {_KEEP}") for use in uses
            ]
        left += problems
        if not uses:
            continue
        if problems:
            staying += reader.calls(uses, node)
        else:
            units.append(reader.unit(node, uses, tests, imports))
    return TestModule(
        tree=tree, units=tuple(units), left=tuple(sorted(set(left))), staying_calls=tuple(staying)
    )


def without_unused_import(source: bytes) -> bytes:
    """Return a module's text without the line `import vcr`, if nothing uses that name any longer."""
    tree = ast.parse(source)
    if any(isinstance(each, ast.Name) and each.id == "vcr" for each in ast.walk(tree)):
        return source
    lines = source.splitlines(keepends=True)
    unused = {
        each.lineno - 1
        for each in tree.body
        if isinstance(each, ast.Import)
        and ast.unparse(each) == "import vcr"
        and each.lineno == each.end_lineno
    }
    return b"".join(line for number, line in enumerate(lines) if number not in unused)


class _Use(msgspec.Struct, frozen=True):
    """A use of a recorder.

    Args:
        node: The call, or the bare decorator.
        recorder: The recorder that is used.
        default: The path of its cassette if it doesn't name one; empty unless it is a decorator.
        is_bound: Whether the test uses the cassette object.
    """

    node: ast.expr
    recorder: Recorder
    default: str = ""
    is_bound: bool = False

    @property
    def arguments(self) -> list[ast.expr]:
        return self.node.args if isinstance(self.node, ast.Call) else []

    @property
    def options(self) -> dict[str, ast.expr]:
        own = self.node.keywords if isinstance(self.node, ast.Call) else []
        return {**self.recorder.options, **{each.arg or "**": each.value for each in own}}


class _Reader:
    """One module's text, syntax tree and recorders."""

    def __init__(self, source: bytes, module: Path, recorders: Mapping[str, Recorder], extra: str) -> None:
        self._module = module
        self._recorders = recorders
        self._extra = extra
        self._positions = SourcePositions(source)

    def uses(self, node: ast.AST) -> Iterator[_Use]:
        """Yield the uses below a node, each once."""
        decorated = {
            id(mark): each.name
            for each in ast.walk(node)
            if isinstance(each, _Definition)
            for mark in each.decorator_list
        }
        bound = {
            id(item.context_expr)
            for each in ast.walk(node)
            if isinstance(each, ast.With | ast.AsyncWith)
            for item in each.items
            if item.optional_vars is not None
        }
        called = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
        for each in ast.walk(node):
            recorder = None if id(each) in called else self._recorder(each)
            if recorder is not None and isinstance(each, ast.expr):
                default = self._default(decorated.get(id(each), ""), recorder)
                yield _Use(each, recorder, default, id(each) in bound)

    def _default(self, function: str, recorder: Recorder) -> str:
        """Return the path of a decorated function's cassette: in the recorder's folder or the module's."""
        has_folder = "cassette_library_dir" in recorder.options
        return function if has_folder or not function else (self._module.parent / function).as_posix()

    def _recorder(self, node: ast.AST) -> Recorder | None:
        """Return the recorder whose `use_cassette` an expression is; None for any other expression."""
        function = node.func if isinstance(node, ast.Call) else node
        if isinstance(function, ast.Name) and isinstance(getattr(function, "ctx", None), ast.Load):
            recorder = self._recorders.get(function.id)
            return recorder if recorder is not None and recorder.is_function else None
        if isinstance(function, ast.Attribute) and function.attr == "use_cassette":
            owner = function.value
            recorder = self._recorders.get(owner.id) if isinstance(owner, ast.Name) else None
            return recorder if recorder is not None and not recorder.is_function else None
        return None

    def problems(self, use: _Use) -> Iterator[tuple[int, str]]:
        """Yield the reasons why a use can't be changed."""
        text = ast.unparse(use.node)
        if use.is_bound:
            yield use.node.lineno, f"{text}: the test uses vcrpy's cassette object. {_KEEP}"
        if _name(use) is None:
            yield use.node.lineno, f"{text} doesn't name its cassette with a string literal. {_KEEP}"
        folder = use.options.get("cassette_library_dir")
        if folder is not None and path_of(folder, Path()) is None:
            yield use.node.lineno, f"{text}: its folder is computed. {_KEEP}"
        if "**" in use.options:
            yield use.node.lineno, f"{text}: its options are computed. {_KEEP}"

    def unit(
        self, node: ast.stmt, uses: list[_Use], tests: tuple[MarkedTest, ...], imports: tuple[Edit, ...]
    ) -> Unit:
        options = [_options_of(use) for use in uses]
        edits = sorted({*imports, *map(self._edit, uses, options)})
        return Unit(
            line=node.lineno,
            name=getattr(node, "name", ""),
            tests=tests,
            edits=tuple(edits),
            options=OldOptions(secrets=tuple(name for each in options for name in each.secrets)),
            calls=self.calls(uses, node),
            without_counterpart=tuple(
                (use.node.lineno, f"{ast.unparse(use.node)}: {problem}")
                for use, each in zip(uses, options, strict=True)
                for problem in each.problems
            ),
        )

    def calls(self, uses: list[_Use], node: ast.stmt) -> tuple[CassetteCall, ...]:
        """Return the calls that name their cassette."""
        return tuple(self._call(use, path, node) for use in uses if (path := _path(use)))

    def _call(self, use: _Use, path: str, unit: ast.stmt) -> CassetteCall:
        line = use.node.lineno
        around = [
            test
            for test, node in _functions(unit)
            if node.lineno <= line <= (node.end_lineno or 0)
            or any(mark.lineno == line for mark in node.decorator_list)
        ]
        return CassetteCall(
            line=line,
            end_line=use.node.end_lineno or line,
            path=path,
            name=_new_name(path),
            tests=tuple(around),
        )

    def _edit(self, use: _Use, options: OldOptions) -> Edit:
        start, end = self._positions.span(use.node)
        arguments = [json.dumps(_new_name(_path(use)), ensure_ascii=False)]
        allow = [*options.ignore_hosts, *(["localhost"] if options.ignore_localhost else [])]
        arguments += [f"allow={json.dumps(allow)}"] if allow else []
        arguments += [f"ignore={json.dumps(options.ignore)}"] if options.ignore else []
        arguments += ["repeats=True"] if options.repeats else []
        arguments += [self._extra] if self._extra else []
        return Edit(start, end, f"pactape.use_cassette({', '.join(arguments)})")

    def imports(self, tree: ast.Module) -> Iterator[Edit]:
        """Yield the edit that imports pactape, behind the first import of vcrpy."""
        imports = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
        if any(isinstance(each, ast.Import) and _imports_name(each, "pactape") for each in imports):
            return
        for each in imports:
            if _is_of_vcrpy(each):
                _, end = self._positions.span(each)
                yield Edit(end, end, "\nimport pactape")
                return


def _is_of_vcrpy(node: ast.Import | ast.ImportFrom) -> bool:
    return _imports_name(node, "vcr") if isinstance(node, ast.Import) else node.module == "vcr"


def _imports_name(node: ast.Import, name: str) -> bool:
    return any(each.name == name for each in node.names)


def _options_of(use: _Use) -> OldOptions:
    """Return the translated options of a use; its folder option is part of its path instead."""
    return read_options({name: value for name, value in use.options.items() if name not in _PLACES})


def _name(use: _Use) -> str | None:
    """Return the name of a use's cassette; None when it is computed."""
    arguments = [*use.arguments, *([use.options["path"]] if "path" in use.options else [])]
    if not arguments:
        return use.default or None
    (first, *others) = arguments
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str) and not others
    return str(first.value) if is_text and isinstance(first, ast.Constant) else None


def _path(use: _Use) -> str:
    """Return where a use's cassette is, with slashes; relative to the project's folder, or absolute."""
    name = (_name(use) or "").replace("\\", "/")
    folder = use.options.get("cassette_library_dir")
    base = str(folder.value) if isinstance(folder, ast.Constant) else ""
    return name if not base or name.startswith(base) else f"{base.rstrip('/')}/{name}"


def _new_name(path: str) -> str:
    """Return the name of a cassette in the project's folder: its path below a folder of cassettes."""
    parts = [each for each in PurePosixPath(path).parts if each not in {"/", ".", ".."}]
    folders = [index for index, each in enumerate(parts[:-1]) if each.endswith("cassettes")]
    below = parts[folders[-1] + 1 :] if folders else parts[-2:] if Path(path).is_absolute() else parts
    name = PurePosixPath(*below)
    return (
        name.with_suffix(".yaml") if name.suffix in _SUFFIXES else name.with_name(f"{name.name}.yaml")
    ).as_posix()


def _functions(
    node: ast.AST, classes: tuple[str, ...] = ()
) -> Iterator[tuple[MarkedTest, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield the test functions below a top-level node."""
    if isinstance(node, _Definition) and node.name.startswith("test"):
        yield MarkedTest(classes=classes, name=node.name, named=(), line=node.lineno, is_own=False), node
    elif isinstance(node, ast.ClassDef):
        for each in node.body:
            yield from _functions(each, (*classes, node.name))
