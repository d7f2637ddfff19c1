"""Resolves the names in a test module that refer to vcrpy: its module, its function, its objects.

A name may come from another module of the project, or be a function that returns a call of `use_cassette`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.old_tests.expressions import assigned_values, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Recorder", "Wrapper", "recorders_of"]

#: The greatest number of the project's modules to follow, each imported by the one before.
_DEPTH = 3
_ROOT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", ".git")


class Wrapper(msgspec.Struct, frozen=True):
    """A function of the project that returns a call of `use_cassette`.

    Args:
        parameters: The names of its parameters.
        name: The expression that it passes as the cassette's name.
        module: Its module.
        values: The values of that module's names.
    """

    parameters: tuple[str, ...]
    name: ast.expr
    module: Path
    values: Mapping[str, ast.expr]


class Recorder(msgspec.Struct, frozen=True):
    """A name of the module that refers to the module `vcr`, its function, or a VCR object.

    Args:
        is_function: Whether the name is `use_cassette` itself.
        options: The object's options, by name.
        wrapper: The project's function with this name; None for `use_cassette` itself.
    """

    is_function: bool = False
    options: Mapping[str, ast.expr] = {}
    wrapper: Wrapper | None = None


def recorders_of(tree: ast.Module, path: Path, depth: int = _DEPTH) -> dict[str, Recorder]:
    """Return the recorders of a module by their source text: "vcr", "utils.my_vcr"."""
    return _Resolver(tree, path, depth).recorders()


class _Resolver:
    """One module's imports and assignments."""

    def __init__(self, tree: ast.Module, path: Path, depth: int) -> None:
        self._tree = tree
        self._path = path
        self._depth = depth
        self._recorders: dict[str, Recorder] = {}
        self._classes: set[str] = set()

    def recorders(self) -> dict[str, Recorder]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                self._import(node)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign):
                self._assign(node)
            elif isinstance(node, ast.Call) and self._makes_recorder(node):
                self._recorders[ast.unparse(node)] = self._made(node)
        for statement in self._tree.body:
            if isinstance(statement, ast.FunctionDef):
                self._wrap(statement)
        return self._recorders

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name == "vcr":
                self._recorders[alias.asname or "vcr"] = Recorder()
            else:
                self._take_over(alias.name, alias.asname or alias.name)

    def _import_from(self, node: ast.ImportFrom) -> None:
        if node.module in {"vcr", "vcr.config"} and not node.level:
            for alias in node.names:
                name = alias.asname or alias.name
                if alias.name == "use_cassette":
                    self._recorders[name] = Recorder(is_function=True)
                elif alias.name == "VCR":
                    self._classes.add(name)
            return
        module = "." * node.level + (node.module or "")
        found = self._recorders_in(module)
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name in found:
                self._recorders[name] = found[alias.name]
            elif alias.name == "*":
                self._recorders |= found
            else:
                self._take_over(f"{module}{'' if module.endswith('.') else '.'}{alias.name}", name)

    def _take_over(self, module: str, name: str) -> None:
        """Add the recorders of another module of the project under its name here."""
        self._recorders |= {
            f"{name}.{written}": value for written, value in self._recorders_in(module).items()
        }

    def _recorders_in(self, module: str) -> dict[str, Recorder]:
        file = _file_of(module, self._path) if self._depth else None
        if file is None or file == self._path:
            return {}
        try:
            source = file.read_bytes()
            if b"vcr" not in source and b"VCR" not in source:
                return {}
            return recorders_of(ast.parse(source), file, self._depth - 1)
        except (OSError, SyntaxError, ValueError):
            return {}

    def _assign(self, node: ast.Assign) -> None:
        """Record a VCR object, or an option that is set on one: `my_vcr.match_on = […]`."""
        targets = [target for target in node.targets if isinstance(target, ast.Name | ast.Attribute)]
        if self._makes_recorder(node.value):
            recorder = self._made(node.value)
            self._recorders |= {ast.unparse(target): recorder for target in targets}
            return
        for target in targets:
            owner = ast.unparse(target.value) if isinstance(target, ast.Attribute) else ""
            if isinstance(target, ast.Attribute) and owner in self._recorders:
                before = self._recorders[owner]
                options = {**before.options, target.attr: node.value}
                self._recorders[owner] = msgspec.structs.replace(before, options=options)

    def _made(self, node: ast.expr) -> Recorder:
        """Return the recorder that `vcr.VCR(…)` creates."""
        options = (
            {keyword.arg or "**": keyword.value for keyword in node.keywords}
            if isinstance(node, ast.Call)
            else {}
        )
        if "cassette_library_dir" in options:
            folder = path_of(options["cassette_library_dir"], self._path, names=assigned_values(self._tree))
            if folder is not None:
                options["cassette_library_dir"] = ast.Constant(folder.as_posix())
        return Recorder(options=options)

    def _makes_recorder(self, node: ast.expr) -> bool:
        """Return whether an expression is `vcr.VCR(…)`."""
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name):
            return node.func.id in self._classes
        return (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "VCR"
            and ast.unparse(node.func.value) in self._recorders
        )

    def _wrap(self, function: ast.FunctionDef) -> None:
        """Record a function that returns a call of `use_cassette` with a name built from its parameters."""
        returns = [statement.value for statement in function.body if isinstance(statement, ast.Return)]
        call = returns[0] if len(returns) == 1 else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or len(call.args) != 1:
            return
        owner = self._recorders.get(ast.unparse(call.func.value))
        if owner is None or owner.is_function or call.func.attr != "use_cassette" or function.decorator_list:
            return
        self._recorders[function.name] = Recorder(
            is_function=True,
            options={**owner.options, **{keyword.arg or "**": keyword.value for keyword in call.keywords}},
            wrapper=Wrapper(
                parameters=tuple(arg.arg for arg in function.args.args),
                name=call.args[0],
                module=self._path,
                values=assigned_values(self._tree) | assigned_values(function),
            ),
        )


def _file_of(module: str, importer: Path) -> Path | None:
    """Return the file of a module of the project; None for a library's."""
    name = module.lstrip(".")
    level = len(module) - len(name)
    parts = name.split(".") if name else []
    folders = (
        [importer.parents[level - 1]] if 0 < level <= len(importer.parents) else list(_folders(importer))
    )
    for folder in folders if parts else ():
        base = folder.joinpath(*parts)
        for file in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if file.is_file():
                return file
    return None


def _folders(importer: Path) -> Iterator[Path]:
    """Yield the folders around a module, up to its project's folder: modules are imported from these."""
    for folder in importer.parents:
        yield from (folder, folder / "src", folder / "tests")
        if any((folder / root_file).exists() for root_file in _ROOT_FILES):
            return
