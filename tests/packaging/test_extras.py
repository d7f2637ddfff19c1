"""Extras: what works without any, what each brings, and what a command says whose extra is missing."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

from tests.packaging.helpers.projects import write_project

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
MakeEnvironment = Any  # the function of the fixture `environment_with`
PACT = """{"consumer": {"name": "web"}, "provider": {"name": "users"}, "interactions": [
{"type": "Synchronous/HTTP", "description": "a", "request": {"method": "GET", "path": "/"},
"response": {"status": 200}}
], "metadata": {"pactSpecification": {"version": "4.0"}}}"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


def test_without_extras_recordings_are_replayed_served_checked_and_turned_into_contracts(
    environment_with: MakeEnvironment, project: Path
) -> None:
    environment = environment_with()
    for arguments in (
        ("-m", "pactape", "derive"),
        ("-m", "pactape", "lint"),
        ("-m", "pactape", "check"),
        ("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_user.py"),
        ("-c", SERVING),
    ):
        done = environment.run(*arguments, cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_explains_itself_without_extras(
    environment_with: MakeEnvironment, tmp_path: Path
) -> None:
    program = (
        "from click.testing import CliRunner; from pactape.cli import command\n"
        "for name in command.list_commands(None):\n"
        "    done = CliRunner().invoke(command, [name, '--help']); assert done.exit_code == 0, (name, done.output)"
    )
    result = environment_with().run("-c", program, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("verify pacts/web-users.json --url http://127.0.0.1:9", "verify"),
        ("publish --version 1 --broker-url http://127.0.0.1:9", "verify"),
        ("broker --port 0 --database broker.sqlite", "broker"),
    ],
)
def test_a_command_whose_extra_is_missing_says_which_to_install(
    environment_with: MakeEnvironment, project: Path, command: str, extra: str
) -> None:
    (project / "pacts").mkdir()
    (project / "pacts" / "web-users.json").write_text(PACT, encoding="utf-8")
    done = environment_with().run("-m", "pactape", *command.split(), cwd=project)
    assert (done.returncode, f"Fix: pip install 'pactape[{extra}]'." in done.stderr) == (2, True), done.stderr


SERVING = """
from pathlib import Path; import urllib.request; from pactape.replaying import replaying
with replaying([Path("cassettes/users.yaml")]) as url: urllib.request.urlopen(url + "/users/7")
"""
BROKER = """
from pathlib import Path; import urllib.request; from pactape.broker import running_broker
with running_broker(Path("broker.sqlite")) as url: urllib.request.urlopen(url)
"""
VERIFYING = """
from pathlib import Path; import threading, http.server; from pactape.verification import verify_provider
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
found = verify_provider([Path("pacts/web-users.json")], url=f"http://127.0.0.1:{server.server_port}", states={})
assert len(found.results) == 1
"""


@pytest.mark.parametrize(("extra", "program"), [("broker", BROKER), ("verify", VERIFYING)])
def test_an_extra_brings_all_that_its_feature_needs(
    environment_with: MakeEnvironment, project: Path, extra: str, program: str
) -> None:
    (project / "pacts").mkdir()
    (project / "pacts" / "web-users.json").write_text(PACT, encoding="utf-8")
    done = environment_with(extra).run("-c", program, cwd=project)
    assert done.returncode == 0, done.stderr


def imported_modules(package: Path) -> set[str]:
    """Return the top-level modules that a package's modules import, wherever the import stands."""

    def names(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module

    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py"))
    return {name.partition(".")[0] for tree in trees for node in ast.walk(tree) for name in names(node)}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


#: Codings that are decoded where a library for them is installed, and users' own libraries that are supported.
OPTIONAL = {
    *("brotli", "brotlicffi", "zstandard", "compression", "backports"),
    *("aiohttp", "multidict", "mitmproxy", "pydantic"),
}
#: A command that is run, the library that chooses the version of the official engine's interface, a library whose
#: sessions users hand in, the driver that SQLAlchemy imports, and the toolkit itself in its extra "all".
NOT_IMPORTED = {"pact-python-cli", "pact-python", "authlib", "psycopg", "pactape"}


def used_distributions(package: Path) -> set[str]:
    """Return the distributions whose modules a package imports, but the standard library and this repository."""
    modules = (
        imported_modules(package) - set(sys.stdlib_module_names) - {"pactape", "pactape_clients"} - OPTIONAL
    )
    providers = packages_distributions()
    return {canonical(name) for module in modules for name in providers.get(module, [module])}


@pytest.mark.parametrize(
    ("project_file", "package"),
    [("pyproject.toml", "contracts/pactape"), ("clients/pyproject.toml", "clients/pactape_clients")],
)
def test_what_is_required_is_imported_and_what_is_imported_is_required(
    project_file: str, package: str
) -> None:
    table = tomllib.loads((ROOT / project_file).read_text(encoding="utf-8"))["project"]
    extras = table["optional-dependencies"].values()
    texts = [*table["dependencies"], *(text for extra in extras for text in extra)]
    required = {canonical(Requirement(text).name) for text in texts} - NOT_IMPORTED
    assert required == used_distributions(ROOT / package) - NOT_IMPORTED


def test_all_installs_what_every_extra_installs() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = dict(table["optional-dependencies"])
    (everything,) = extras.pop("all")
    assert Requirement(everything).extras == set(extras)
