"""Every snippet of the clients' pages is executed line by line, and passes strict type checkers, as printed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "clients/README.md",
    "docs/how-to/use-the-clients.md",
    "docs/how-to/tokens.md",
    "docs/how-to/caching.md",
    "docs/how-to/retries.md",
    "docs/how-to/graphql.md",
    "docs/reference/client-errors.md",
    "docs/explanation/clients-compared.md",
]


SMALL_CLIENT = ROOT / "tests" / "clients" / "helpers" / "small_client.py"
PYRIGHT = ROOT / "build" / "node" / "node_modules" / ".bin" / "pyright"


def source_of(page: str) -> str:
    """The Python snippets of a page as one module."""
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL))


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A folder with a module for each page."""
    for page in PAGES:
        module = tmp_path / f"{Path(page).stem.lower().replace('-', '_')}.py"
        module.write_text(source_of(page), encoding="utf-8")
    return tmp_path


def run(command: list[str], folder: Path) -> None:
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=folder)
    assert result.returncode == 0, result.stdout


@pytest.mark.long
def test_the_snippets_of_the_clients_pages_pass_mypy(modules: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(modules / "cache")]
    run([*mypy, str(modules)], modules)


@pytest.fixture
def pyright() -> Path:
    """The pinned pyright, which `make setup-node` installs."""
    if not PYRIGHT.exists():
        words = "pyright is not installed. Fix: install npm, and run make setup-node"
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            pytest.fail(words)
        pytest.skip(words)
    return PYRIGHT


@pytest.mark.long
def test_the_snippets_of_the_clients_pages_and_the_small_client_pass_pyright(
    modules: Path, pyright: Path
) -> None:
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT / "clients")]}
    (modules / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    shutil.copy(SMALL_CLIENT, modules)
    run([str(pyright), "--pythonpath", sys.executable, "."], modules)


def lines_with_code(code: CodeType) -> set[int]:
    lines = {line for _, _, line in code.co_lines() if line}
    return lines.union(*(lines_with_code(const) for const in code.co_consts if isinstance(const, CodeType)))


@pytest.mark.parametrize("page", PAGES)
def test_every_line_of_a_pages_snippets_is_executed(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = compile(source_of(page), page, "exec", dont_inherit=True)
    executed, before = set(), sys.gettrace()

    def trace(frame: FrameType, _event: str, _argument: object) -> Any:
        if frame.f_code.co_filename != page:
            return None
        executed.add(frame.f_lineno)
        return trace

    sys.settrace(trace)
    try:
        exec(code, {"__name__": "page"})  # noqa: S102 -- our own documentation
    finally:
        sys.settrace(before)
    lines = source_of(page).splitlines()
    missed = {number: lines[number - 1] for number in lines_with_code(code) - executed if lines[number - 1]}
    assert {number: line for number, line in missed.items() if not line.lstrip().startswith('"""')} == {}


def test_every_clients_page_has_a_snippet() -> None:
    assert [page for page in PAGES if not source_of(page)] == []
