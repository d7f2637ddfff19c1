"""Shell completion as the reference has it, by the shells themselves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
#: Completes a command line with the function that the line for bash defines, as bash does for the Tab key.
BASH = """
compopt() { :; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_pactape_completion pactape
printf '%s\\n' "${COMPREPLY[@]}"
"""


def line_for(shell: str) -> str:
    """The line that the page has for a shell."""
    row = next(row for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith(f"| {shell} "))
    line: str = re.findall(r"`([^`]*_PACTAPE_COMPLETE[^`]*)`", row)[0]
    return line.replace("\\|", "|")


def run(shell: str, *arguments: str) -> list[str]:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} isn't installed")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PATH": path},
    )
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (["can"], ["can-i-deploy"]),
        (["verify", "--filter"], ["--filter-description", "--filter-state"]),
        (["verify", "--format", "j"], ["json", "junit"]),
        (["--he"], ["--help"]),
        (["nothing-like-it"], [""]),
    ],
)
def test_bash_completes_commands_options_and_choices(words: list[str], completions: list[str]) -> None:
    assert run("bash", "-c", line_for("bash") + BASH, "bash", "pactape", *words) == completions


def test_fish_completes_commands_with_their_summaries() -> None:
    script = f"{line_for('fish')}; complete --do-complete 'pactape can-'"
    assert run("fish", "--no-config", "-c", script) == [
        "can-i-deploy\tCheck whether a version can be deployed."
    ]


def test_zsh_takes_its_line() -> None:
    script = f"autoload -U compinit && compinit -D -u\n{line_for('zsh')}\nprint $_comps[pactape]"
    assert run("zsh", "-f", "-c", script) == ["_pactape_completion"]
