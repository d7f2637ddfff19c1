"""The documentation names every command and every option."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from pactape.cli import command

DOCS = Path(__file__).resolve().parents[2] / "docs"
CONTEXT = click.Context(command)
COMMANDS = command.list_commands(CONTEXT)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented(name: str) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    subcommand = command.get_command(CONTEXT, name)
    assert subcommand is not None
    options = [option for param in subcommand.params for option in param.opts if option.startswith("--")]
    assert [option for option in options if option not in pages] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_reference(name: str) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    assert f"pactape {name}" in pages
