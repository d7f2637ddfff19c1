"""The wheels, not the checkout: built, installed into fresh environments, imported."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

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


def installed(environment: Path, *wheels: str) -> Path:
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    constraints = str(ROOT / "constraints.txt")
    run(
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--constraint",
        constraints,
        *wheels,
        cwd=environment,
    )
    return python


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
