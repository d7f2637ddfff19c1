"""`pactape adopt`: tests and cassettes move over from pytest-recording or pytest-vcr."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

__all__ = ["adopt"]


@click.command()
@project_option
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--write", is_flag=True, help="Carry the plan out; without it nothing changes.")
def adopt(*, project: Path, paths: tuple[Path, ...], write: bool) -> None:
    """Move the tests in PATHS, files or folders, over from pytest-recording or pytest-vcr; by default all.

    Their markers become `cassette`, and their cassettes move to the project's folder, scrubbed of secrets.
    Exit codes: 0 all can move; 1 something stays as it is; 2 a file can't be read, or nothing can move.
    """
    from pactape.adopting import carry_out, plan_adoption  # noqa: PLC0415 -- keeps `pactape --help` quick

    plan = plan_adoption(paths or (project,), load_settings(project))
    if write:
        carry_out(plan)
    for move in plan.moves:
        click.echo(f"{_shown(move.old, project)} -> {_shown(move.new, project)}")
    for path, _ in plan.modules:
        click.echo(f"{_shown(path, project)}: markers")
    for line in plan.left:
        click.echo(f"left as it is: {line}")
    told = "moved" if write else "to move (nothing is written without --write)"
    click.echo(f"{len(plan.moves)} cassettes and {len(plan.modules)} test modules {told}")
    if not plan.modules:
        click.echo("pactape: no test can move; name the folder of tests marked `vcr`", err=True)
        sys.exit(2)
    sys.exit(1 if plan.left else 0)


def _shown(path: Path, project: Path) -> str:
    return os.path.relpath(path, project)
