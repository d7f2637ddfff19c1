"""README and tutorial, command by command, in a fresh folder, with the wheel and no settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.packaging.helpers.shell import ADA

if TYPE_CHECKING:
    from tests.packaging.helpers.shell import Shell, Users

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial" / "first-contract.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def section(page: str, title: str) -> list[tuple[str, str]]:
    """The code blocks of a section, each with its language."""
    body = re.split(r"^## ", page.partition(f"## {title}")[2], flags=re.MULTILINE)[0]
    return BLOCK.findall(body)


@pytest.mark.long
def test_the_first_contract_of_the_readme(shell: Shell) -> None:
    for language, text in section(README, "Your first contract"):
        if language == "python":
            (shell.folder / "test_users.py").write_text(shell.local(text), encoding="utf-8")
        else:
            shell.run(text)
    assert [path.name for path in (shell.folder / "pacts").iterdir()] == [
        shell.local("your-project-api.example.com.json")
    ]


@pytest.mark.long
def test_the_tutorial_from_the_recording_to_can_i_deploy(shell: Shell, api: Users) -> None:
    for title in ("1. Record", "2. Replay", "3. Derive", "4. Verify", "5. Break", "6. Share"):
        api.user = (
            {"id": 7, "full_name": "Ada Lovelace", "email": "ada@example.com"}
            if title[0] == "5"
            else dict(ADA)
        )
        for language, text in section(TUTORIAL, title):
            if language == "console":
                shell.run(text)
            else:
                name = "test_users.py" if title[0] == "1" else "provider_states.py"
                (shell.folder / name).write_text(shell.local(text), encoding="utf-8")
    deployable = shell.output_of("pactape can-i-deploy --version 1 --to-environment production; echo $?")
    assert deployable.splitlines()[-1] == "0"
