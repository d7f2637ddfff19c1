"""Files that are damaged or not recordings: they are reported and skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pactape.errors import CassetteFormatError

__all__ = ["show_unreadable"]


def show_unreadable(error: CassetteFormatError) -> None:
    """Write to standard error which file is skipped, and why."""
    click.echo(f"skipped: {error.where}: {error.what}", err=True)
