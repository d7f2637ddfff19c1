"""Environments with some of the installed distributions only, made of links: nothing is downloaded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests.helpers.apis import serving_api
from tests.packaging.helpers.shell import Shell, Users, install_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(sysconfig.get_path("purelib"))


def declared(extras: frozenset[str]) -> list[str]:
    """Return what the checkout's pyproject.toml requires: the installed metadata may be older."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [
        *table["dependencies"],
        *(text for extra in extras for text in table["optional-dependencies"][extra]),
    ]


def requirements(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield what a distribution requires here, with these of its extras."""
    for text in declared(extras) if name == "pactape" else distribution(name).requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def closure(name: str, *extras: str) -> set[str]:
    """Return the names of all distributions that an installation brings, itself included, in lower case."""
    names: set[str] = set()
    waiting = [(name, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        if requirement in seen:
            continue
        seen.add(requirement)
        names.add(re.sub(r"[-_.]+", "-", requirement[0]).lower())
        waiting += [(one.name, frozenset(one.extras)) for one in requirements(*requirement)]
    return names


def top_level(installed: Distribution) -> set[str]:
    """Return the files and folders that a distribution has in site-packages."""
    paths = [Path(str(file)) for file in installed.files or ()]
    return {path.parts[0] for path in paths if path.parts[0] not in {"..", "__pycache__"}}


class Environment:
    """A virtual environment that has the toolkit and the libraries of some extras.

    Args:
        folder: Where it is made.
        extras: The extras of `pactape`.
    """

    def __init__(self, folder: Path, *extras: str) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
        self.python = folder / "bin" / "python"
        (site,) = folder.glob("lib/python*/site-packages")
        for name in closure("pactape", *extras):
            for entry in top_level(distribution(name)) - {"pactape"}:
                link = site / entry
                if not link.exists():
                    link.symlink_to(SITE / entry)
        (site / "toolkit.pth").write_text(f"{ROOT / 'contracts'}\n", encoding="utf-8")

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments in a folder, with this environment's libraries and commands only."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["PATH"] = os.pathsep.join((str(self.python.parent), "/usr/bin", "/bin"))
        command = [str(self.python), "-P", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
        )


@pytest.fixture(scope="session")
def environment_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Environment]:
    """Return a function that makes an environment with the extras that it is given, once for each set."""
    environments: dict[tuple[str, ...], Environment] = {}

    def make(*extras: str) -> Environment:
        if extras not in environments:
            environments[extras] = Environment(tmp_path_factory.mktemp("environment") / "venv", *extras)
        return environments[extras]

    return make


@pytest.fixture(name="api")
def running_api() -> Iterator[Users]:
    """The API that README, tutorial and how-to pages call."""
    users = Users()
    with serving_api(users.respond) as server:
        users.url = f"http://localhost:{server.server_port}"
        yield users


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel."""
    return install_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def shell(tmp_path: Path, programs: Path, api: Users) -> Iterator[Shell]:
    folder = tmp_path / "your-project"
    folder.mkdir()
    shell = Shell(folder, programs, api)
    yield shell
    shell.close()
