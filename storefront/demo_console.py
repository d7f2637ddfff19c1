"""How a demo is told: step by step on the console, with a table at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

__all__ = ["Demo", "Outcome"]


class Outcome(msgspec.Struct, frozen=True):
    """What a step found, and whether that is what it should."""

    found: str
    good: bool


class Demo:
    """The steps, told one by one on the console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._table = Table("step", "what happened", "time", "", title="Pactape in short")
        self.good = True

    def step(self, title: str, action: Callable[[], Outcome]) -> None:
        """Run one step and show its outcome."""
        self._console.print(f"[bold]{title}[/bold] …")
        begin = time.perf_counter()
        outcome = action()
        seconds = time.perf_counter() - begin
        self.good = self.good and outcome.good
        mark = "[green]ok[/green]" if outcome.good else "[red]not as it should[/red]"
        self._console.print(f"  {outcome.found}", highlight=False, soft_wrap=True)
        self._table.add_row(title, outcome.found.partition("\n")[0], f"{seconds:.2f} s", mark)

    def finish(self) -> int:
        """Show the table; gives the exit code."""
        self._console.print()
        self._console.print(self._table)
        return 0 if self.good else 1
