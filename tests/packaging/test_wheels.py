"""The wheels, not the checkout: built, installed into fresh environments, imported."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.packaging.helpers.projects import write_project

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, cwd: Path) -> str:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for source in (ROOT / "clients", ROOT):
        command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
        run(sys.executable, *command, cwd=folder)
    return folder


def installed(environment: Path, *wheels: str, constraints: Path = ROOT / "constraints.txt") -> Path:
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    pip = (str(python), "-m", "pip", "install", "--quiet", "--constraint", str(constraints))
    run(*pip, *wheels, cwd=environment)
    return python


def oldest_versions(project: Path) -> list[str]:
    """The oldest version that a project allows of each library that it or its extra `broker` needs."""
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = table.get("optional-dependencies", {}).get("broker", [])
    requirements = map(Requirement, [*table["dependencies"], *extra])
    return [
        f"{requirement.name}=={specifier.version}"
        for requirement in requirements
        for specifier in requirement.specifier
        if specifier.operator == ">="
    ]


@pytest.fixture(scope="session")
def toolkit(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the toolkit and nothing else."""
    (wheel,) = wheels.glob("pactape-[0-9]*.whl")
    return installed(tmp_path_factory.mktemp("toolkit") / "env", str(wheel))


def distributions(python: Path) -> set[str]:
    listed = run(str(python), "-m", "pip", "list", "--format=freeze", cwd=python.parent)
    return {line.partition("==")[0].lower() for line in listed.splitlines()}


@pytest.mark.long
def test_installing_the_clients_brings_no_vcrpy_pact_or_pytest(wheels: Path, tmp_path: Path) -> None:
    (wheel,) = wheels.glob("pactape_clients-*.whl")
    python = installed(tmp_path / "env", str(wheel))
    run(str(python), "-c", "from pactape_clients import GraphQLClient, UserApiClient", cwd=tmp_path)
    assert distributions(python).isdisjoint({"vcrpy", "pact-python", "pact-python-ffi", "pytest", "pactape"})


@pytest.mark.long
def test_the_toolkit_installs_with_its_command_and_its_pytest_plugin(toolkit: Path, tmp_path: Path) -> None:
    command = run(str(toolkit.with_name("pactape")), "--version", cwd=tmp_path)
    options = run(str(toolkit), "-m", "pytest", "--help", cwd=tmp_path)
    assert (command.split()[0].rstrip(","), "--pactape-record" in options) == ("pactape", True)


@pytest.mark.long
def test_the_toolkit_works_without_the_clients(toolkit: Path, tmp_path: Path) -> None:
    program = (
        "import pactape.cassettes, pactape.contracts, pactape.pytest_record.session, pactape.verification"
    )
    run(str(toolkit), "-c", program, cwd=tmp_path)
    assert "pactape-clients" not in distributions(toolkit)


@pytest.fixture(scope="session")
def oldest(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the oldest versions that the toolkit and the clients allow."""
    folder = tmp_path_factory.mktemp("oldest")
    pins = dict.fromkeys([*oldest_versions(ROOT), *oldest_versions(ROOT / "clients")])
    (folder / "oldest.txt").write_text("\n".join(pins), encoding="utf-8")
    (toolkit,) = wheels.glob("pactape-[0-9]*.whl")
    (clients,) = wheels.glob("pactape_clients-*.whl")
    return installed(folder / "env", f"{toolkit}[broker]", str(clients), constraints=folder / "oldest.txt")


@pytest.mark.long
def test_the_main_commands_work_with_the_oldest_versions_that_are_allowed(
    oldest: Path, tmp_path: Path
) -> None:
    write_project(tmp_path)
    program = str(oldest.with_name("pactape"))
    run(str(oldest), "-m", "pytest", "-q", "test_user.py", cwd=tmp_path)
    for command in ("derive --since 2020-01-01", "check", "lint", "openapi", "explain pacts/web-users.json"):
        run(program, *command.split(), cwd=tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("module", ["pactape.broker", "pactape.replaying", "pactape_clients"])
def test_a_module_is_imported_with_the_oldest_versions_that_are_allowed(
    oldest: Path, module: str, tmp_path: Path
) -> None:
    run(str(oldest), "-c", f"import {module}", cwd=tmp_path)
