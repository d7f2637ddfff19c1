"""`pactape adopt`: tests and cassettes move over from pytest-recording or pytest-vcr."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.adopting import Plan, Trial

__all__ = ["adopt"]


@click.command()
@project_option
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--write", is_flag=True, help="Carry the plan out; without it nothing changes.")
@click.option(
    "--try",
    "tries",
    is_flag=True,
    help="With --write: run the moved tests, and put back those that passed before and don't now.",
)
def adopt(*, project: Path, paths: tuple[Path, ...], write: bool, tries: bool) -> None:
    """Move the tests in PATHS, files or folders, over from pytest-recording or pytest-vcr; by default all.

    Their markers become `cassette`, and their cassettes move to the project's folder, scrubbed of secrets. What the
    old configuration means is written as settings.
    Exit codes: 0 all can move; 1 something stays as it is; 2 a file can't be read, or nothing can move.
    """
    from pactape.adopting import carry_out, plan_adoption, try_out  # noqa: PLC0415 -- keeps `pactape --help` quick

    if tries and not write:
        raise click.UsageError("--try needs --write: it carries the plan out, and takes back what fails")
    plan = plan_adoption(paths or (project,), load_settings(project))
    trial = None
    if write and plan.modules:
        trial = try_out(plan, project) if tries else None
        if trial is None:
            carry_out(plan, project)
    _show(plan, project)
    if trial is not None:
        _show_trial(trial)
    action = "moved" if write else "to move (nothing is written without --write)"
    click.echo(f"{len(plan.moves)} cassettes and {len(plan.modules)} test modules {action}")
    if not plan.modules:
        click.echo("pactape: no test can move; name the folder of tests marked `vcr`", err=True)
        sys.exit(2)
    sys.exit(1 if plan.left or (trial and trial.put_back) else 0)


def _show(plan: Plan, project: Path) -> None:
    from pactape.adopting import settings_lines  # noqa: PLC0415 -- as above

    for move in plan.moves:
        for old in move.old:
            click.echo(f"{_shown(old, project)} -> {_shown(move.new, project)}")
        for line in move.scrubbed:
            click.echo(f"scrubbed: {line}")
    for change in plan.modules:
        click.echo(f"{_shown(change.path, project)}: markers")
    for table, lines in settings_lines(plan.options).items():
        for line in lines:
            click.echo(f"pyproject.toml: [{table}] {line}")
    for line in plan.left:
        click.echo(f"left as it is: {line}")


def _show_trial(trial: Trial) -> None:
    for line in trial.loosened:
        click.echo(f"loosened: {line}")
    for line in trial.put_back:
        click.echo(f"put back: {line}")
    click.echo(f"{trial.tests} moved tests were tried, {len(trial.put_back)} units put back")


def _shown(path: Path, project: Path) -> str:
    return os.path.relpath(path, project)
