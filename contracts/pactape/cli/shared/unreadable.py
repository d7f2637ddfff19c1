"""Files that are damaged or not recordings: they are reported and skipped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pactape.errors import CassetteFormatError

__all__ = ["Unreadable", "show_unreadable"]


def show_unreadable(error: CassetteFormatError) -> None:
    """Write to standard error which file is skipped, and why."""
    click.echo(f"skipped: {error.where}: {error.what}", err=True)


class Unreadable:
    """Reports the files that a command skips, and remembers whether a recording was among them."""

    def __init__(self) -> None:
        self._is_damaged = False

    def report(self, error: CassetteFormatError) -> None:
        """Write to standard error which file is skipped, and why."""
        from pactape.errors import DamagedRecordingError  # noqa: PLC0415 -- keeps `pactape --help` quick

        show_unreadable(error)
        self._is_damaged |= isinstance(error, DamagedRecordingError)

    def exit_if_damaged(self) -> None:
        """Exit with status 1 if a damaged recording was skipped: the result lacks what it recorded."""
        if self._is_damaged:
            sys.exit(1)
