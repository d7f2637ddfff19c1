"""The command as a whole: how it starts, what it suggests, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ENTRY_POINT = "from pactape.cli import main; main()"


def pactape(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "pactape", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def test_the_package_is_the_command(tmp_path: Path) -> None:
    result = pactape("--version", cwd=tmp_path)
    assert (result.returncode, result.stdout.split()[:2]) == (0, ["pactape,", "version"])


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [(["deriv"], "Did you mean 'derive'?"), (["derive", "--projct", "."], "--project")],
)
def test_a_misspelt_command_or_option_gets_a_suggestion(
    tmp_path: Path, arguments: list[str], suggestion: str
) -> None:
    done = pactape(*arguments, cwd=tmp_path)
    assert (done.returncode, suggestion in done.stderr) == (2, True), done.stderr


def test_help_imports_no_subcommand(tmp_path: Path) -> None:
    program = (
        "import sys; from pactape.cli import command\n"
        "command.main(['--version'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name in ('vcr', 'pytest', 'sqlalchemy', 'requests', 'pact')])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "starts"),
    [(["verify", "none.json"], 1), (["verify", "--help"], 0), (["check", "--help"], 0)],
)
def test_the_verifier_is_started_before_the_command_is_imported(
    tmp_path: Path, arguments: list[str], starts: int
) -> None:
    command = [sys.executable, "-P", "-X", "importtime", "-m", "pactape", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    child = "pactape.verification.official.child_process.process"
    assert imported[: imported.index("click")].count(child) == starts


@pytest.mark.skipif(os.name == "nt", reason="needs signals as Unix has them")
def test_an_interrupted_command_ends_with_130(tmp_path: Path) -> None:
    program = f"""
import os, signal, pactape.cli.derive
import pactape.settings.loading
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell runs in the background
pactape.cli.derive.load_settings = lambda _: os.kill(os.getpid(), signal.SIGINT) or __import__("time").sleep(30)
import sys; sys.argv = ["pactape", "derive"]
{ENTRY_POINT}
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.strip()) == (128 + signal.SIGINT, "pactape: interrupted")


@pytest.mark.skipif(os.name == "nt", reason="needs signals as Unix has them")
def test_an_interruption_during_the_imports_ends_with_130(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(
        "import os, signal; os.kill(os.getpid(), signal.SIGINT)\n", encoding="utf-8"
    )
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}from pactape.__main__ import main; main()"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.strip()) == (128 + signal.SIGINT, "pactape: interrupted")
