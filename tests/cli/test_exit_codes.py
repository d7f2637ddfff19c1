"""Exit codes of the command, and what it prints where nobody reads."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import click
import pytest
from pactape import cli
from pactape.cli import command, main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command in this process, and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["pactape", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def failing(error: BaseException) -> Callable[..., click.Command]:
    """Return what gives a subcommand that raises an error."""

    @click.command()
    def subcommand() -> None:
        raise error

    return lambda *_: subcommand


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (BrokenPipeError(), 2), (click.ClickException("bad"), 2)]
)
def test_what_ends_a_command_decides_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    monkeypatch.setattr(type(command), "get_command", failing(error))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert exit_code(monkeypatch, "derive") == code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["--version"], 0), (["nothing-like-it"], 2), (["lint", "--no"], 2)],
)
def test_help_succeeds_and_wrong_usage_is_2(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    assert exit_code(monkeypatch, *arguments) == code


def test_an_error_of_the_project_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.pactape]\ncassete = 1\n", encoding="utf-8")
    assert exit_code(monkeypatch, "derive", "--project", str(tmp_path)) == 2
    error = capsys.readouterr().err
    assert (error.startswith("pactape: "), error.count("\n")) == (True, 1)


def test_help_lists_every_subcommand_with_its_summary(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--help"], standalone_mode=False)
    output = capsys.readouterr().out
    assert [
        name for name in command.list_commands(click.Context(command)) if f"  {name} " not in output
    ] == []


def test_output_in_an_encoding_without_a_character_shows_its_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(data, encoding="ascii"))
    monkeypatch.setattr(type(command), "get_command", lambda *_: arrow)
    assert exit_code(monkeypatch, "derive") == 0
    sys.stdout.flush()
    assert data.getvalue().strip() == rb"a \u2192 b"


@click.command()
def arrow() -> None:
    """Print a character that ASCII lacks."""
    print("a → b")  # noqa: T201 -- what is tested


def test_the_group_is_public() -> None:
    assert set(cli.__all__) == {"command", "main"}
