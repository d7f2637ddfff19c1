"""The demo's console output: each step as it runs, and a table at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

__all__ = ["DemoConsole", "Outcome"]


class Outcome(msgspec.Struct, frozen=True):
    """The outcome of a step, and whether it is the expected one."""

    summary: str
    good: bool


class DemoConsole:
    """Runs the demo's steps one by one and prints them.

    Args:
        console: Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._table = Table("step", "what happened", "time", "", title="Pactape in short")
        self.good = True

    def step(self, title: str, action: Callable[[], Outcome]) -> None:
        """Run a step and print its outcome."""
        self._console.print(f"[bold]{title}[/bold] …")
        begin = time.perf_counter()
        outcome = action()
        seconds = time.perf_counter() - begin
        self.good = self.good and outcome.good
        mark = "[green]ok[/green]" if outcome.good else "[red]failed[/red]"
        self._console.print(f"  {outcome.summary}", highlight=False, soft_wrap=True)
        self._table.add_row(title, outcome.summary.partition("\n")[0], f"{seconds:.2f} s", mark)

    def finish(self) -> int:
        """Print the table and return the exit code."""
        self._console.print()
        self._console.print(self._table)
        return 0 if self.good else 1
