"""The rules of the house: short modules and functions, the layout of tests, decisions, versions."""

from __future__ import annotations

import ast
import re
import tokenize
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pactape
import pactape_clients
import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
#: Modules that may be longer: tables of data.
TABLES = {
    "tests/cassettes/scrubbing/helpers/harmless_fields.py",
    "tests/cassettes/scrubbing/helpers/planted_secrets.py",
    "contracts/pactape/cassettes/scrubbing/detection/providers.py",
    "tests/recorders/helpers/samples.py",
}
CODE = sorted(
    file
    for folder in ("clients", "contracts", "storefront", "tests", "benchmarks")
    for file in (ROOT / folder).rglob("*.py")
    if "migrations" not in file.parts
)
TESTS = [file for file in CODE if file.is_relative_to(ROOT / "tests")]
HELPERS = [file for file in TESTS if "helpers" in file.parts]
PACKAGES = ("pactape", "pactape_clients", "storefront", "tests")


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def blocks(file: Path) -> tuple[ast.AST, ...]:
    """The functions and imports of a module. They stand in blocks of statements: expressions aren't searched."""
    statements, bodies = [], [ast.parse(file.read_text(encoding="utf-8")).body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef):
                statements.append(node)
            bodies += [
                block
                for name in ("body", "orelse", "finalbody", "handlers", "cases")
                if (block := getattr(node, name, None))
            ]
    return tuple(statements)


def imported_names(file: Path) -> list[str]:
    """The names that a module imports, with their modules: "pactape.errors.BadInputError"."""
    names = []
    for node in blocks(file):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_no_module_is_longer_than_300_lines() -> None:
    long = {name_of(file) for file in CODE if len(file.read_text().splitlines()) > LONGEST_MODULE}
    assert long - TABLES == set()


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring, which states types, limits, errors and an example."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{name_of(file)}: {node.name}"
        for file in CODE
        for node in blocks(file)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LONGEST_FUNCTION
    ]
    assert long == []


@cache
def comments_of(file: Path) -> tuple[tuple[int, str], ...]:
    """The lines and texts of a module's comments."""
    with file.open("rb") as source:
        tokens = tokenize.tokenize(source.readline)
        return tuple((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)


def test_every_ignored_finding_has_a_reason() -> None:
    unexplained = [
        f"{name_of(file)}:{line}: {comment}"
        for file in CODE
        if re.search("noqa|type: *ignore", file.read_text(encoding="utf-8"))
        for line, comment in comments_of(file)
        if re.fullmatch(r"# *(noqa\b(?!.* -- .).*|type: *ignore(\[[^]]*\])? *)", comment)
    ]
    assert unexplained == []


def imports_inside_functions(file: Path) -> list[tuple[int, int]]:
    """The first and last lines of the imports that a module makes when a function of it is called."""
    functions = [block for block in blocks(file) if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in blocks(file)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(function.lineno < node.lineno <= (function.end_lineno or 0) for function in functions)
    ]


def test_every_import_inside_a_function_has_a_reason() -> None:
    unexplained = [
        f"{name_of(file)}:{first}"
        for file in CODE
        for first, last in imports_inside_functions(file)
        if {first, last}.isdisjoint({line for line, _ in comments_of(file)})
    ]
    assert unexplained == []


def test_no_test_imports_a_private_module_or_name() -> None:
    private = [
        f"{name_of(file)}: {name}"
        for file in TESTS
        for name in imported_names(file)
        if name.partition(".")[0] in PACKAGES and re.search(r"(^|\.)_(?!_)", name)
    ]
    assert private == []


def test_nothing_is_imported_from_a_test_module() -> None:
    shared = [
        f"{name_of(file)}: {name}" for file in TESTS for name in imported_names(file) if ".test_" in name
    ]
    assert shared == []


@pytest.mark.parametrize("file", HELPERS, ids=name_of)
def test_a_helper_module_says_that_it_is_one(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    assert docstring.startswith("Test helpers")


def test_every_module_in_tests_is_a_test_a_fixture_a_helper_or_a_script() -> None:
    others = [
        name_of(file)
        for file in TESTS
        if file not in HELPERS and file.name != "conftest.py" and not file.name.startswith("test_")
    ]
    assert others == [
        "tests/conformance/soundness.py",
        "tests/conformance/specification.py",
        "tests/conformance/suites.py",
    ]


def test_each_decision_has_a_number_of_its_own() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [file.name.partition("-")[0] for file in files]
    headings = [file.read_text(encoding="utf-8").partition(".")[0] for file in files]
    assert len(set(numbers)) == len(numbers)
    assert headings == [f"# {int(number)}" for number in numbers]


@pytest.mark.parametrize("package", [pactape, pactape_clients])
def test_the_version_of_a_distribution_is_the_version_of_its_package(package: object) -> None:
    name = getattr(package, "__name__", "")
    assert getattr(package, "__version__", None) == version(name.replace("_", "-"))
