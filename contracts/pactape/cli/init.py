"""`pactape init`: write a commented `[tool.pactape]` table that fits the project."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.options import project_option
from pactape.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["init"]

_FILE = "pyproject.toml"


@click.command()
@project_option
@click.option("--dry-run", is_flag=True, help="Print the table without writing it.")
def init(project: Path, *, dry_run: bool) -> None:
    """Write a commented [tool.pactape] table to the project's pyproject.toml.

    The table names the consumer, the folders of recordings and contracts, and one provider per recorded host.
    Exit codes: 0 written; 2 the file already has such a table, or can't be read.
    """
    from pactape.cli._settings_template import settings_template  # noqa: PLC0415 -- keeps `pactape --help` fast
    from pactape.files import write_atomically  # noqa: PLC0415 -- as above

    path = project / _FILE
    text = _read(path)
    table = settings_template(project)
    if dry_run:
        click.echo(table, nl=False)
        return
    separator = "\n" if text.endswith("\n") or not text else "\n\n"
    write_atomically(path, f"{text}{separator if text else ''}{table}".encode())
    click.echo(f"wrote [tool.pactape] to {path}")


def _read(path: Path) -> str:
    """Return the text of a pyproject.toml without a [tool.pactape] table; "" if the file doesn't exist.

    Raises:
        SettingsError: It has one already, or isn't TOML.
    """
    if not path.is_file():
        return ""
    try:
        text = path.read_bytes().decode()
        document = tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(f"is not TOML ({error})", where=path, remedy="correct the file") from error
    if "pactape" in document.get("tool", {}):
        raise SettingsError(
            "already has a [tool.pactape] table",
            where=path,
            remedy="edit it (docs/reference/settings.md), or print a new one with --dry-run",
        )
    return text
