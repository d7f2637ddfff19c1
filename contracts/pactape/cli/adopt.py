"""`pactape adopt`: move tests and cassettes over from pytest-recording, pytest-vcr or vcrpy."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.pyproject_file import FILE_NAME
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.adopting import Plan, Resumption, Trial

__all__ = ["adopt"]


@click.command()
@project_option
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--write", is_flag=True, help="Carry out the plan; without it nothing is changed.")
@click.option(
    "--try",
    "tries",
    is_flag=True,
    help="With --write: run the migrated tests, and restore those that passed before and now fail.",
)
def adopt(*, project: Path, paths: tuple[Path, ...], write: bool, tries: bool) -> None:
    """Migrate the tests in PATHS from pytest-recording, pytest-vcr or vcrpy.

    Their markers become `cassette`, their calls of vcrpy's use_cassette become pactape.use_cassette, and their
    cassettes move to the project's folder, scrubbed of secrets. The old configuration becomes settings. Without
    PATHS, all tests of the project are migrated.

    Exit codes: 0 everything can be migrated; 1 something can't; 2 a file can't be read, or nothing can be
    migrated.
    """
    from pactape.adopting import is_interrupted, plan_adoption, resume  # noqa: PLC0415 -- keeps `pactape --help` quick

    if tries and not write:
        raise click.UsageError("--try requires --write: it carries out the plan, and moves back what fails")
    if write:
        _show_resumption(resume(project), project)
    elif is_interrupted(project):
        click.echo("an adoption was interrupted here: the next one with --write finishes it")
    plan = plan_adoption(paths or (project,), load_settings(project), is_tried=tries)
    trial = _carry_out(plan, project, tries=tries) if write and (plan.moves or plan.modules) else None
    put_back = trial.units_put_back if trial else frozenset()
    _show(plan, project, put_back=put_back)
    if trial is not None:
        _show_trial(trial)
    action = "moved" if write else "to move (nothing is written without --write)"
    cassettes, modules = plan.counts(put_back)
    click.echo(f"{count_of(cassettes, 'cassette')} and {count_of(modules, 'test module')} {action}")
    if not plan.modules and not plan.moves and not plan.moved_before:
        reason = (
            "the lines above say why, and what to do"
            if plan.left
            else "none is marked `vcr`, and none calls vcrpy's use_cassette with a name. "
            "Fix: name the folder of such tests"
        )
        click.echo(f"pactape: no test can move: {reason}", err=True)
        sys.exit(2)
    if not plan.modules:
        click.echo(f"no other test has to move: {plan.moved_before} are Pactape's already")
    sys.exit(1 if plan.left or plan.dropped or (trial and (trial.put_back or trial.unproven)) else 0)


def _carry_out(plan: Plan, project: Path, *, tries: bool) -> Trial | None:
    from pactape.adopting import carry_out, try_out  # noqa: PLC0415 -- as above

    if tries and plan.modules:
        return try_out(plan, project)
    carry_out(plan, project)
    return None


def _show_resumption(resumption: Resumption | None, project: Path) -> None:
    if resumption is None:
        return
    click.echo(
        f"resumed: an adoption was interrupted; {len(resumption.restored)} test modules begin anew, "
        f"{resumption.deleted} old cassettes are deleted"
    )
    for path in resumption.edited:
        click.echo(f"resumed: {_relative_path(path, project)} was edited since, and stays as it is")


def _show(plan: Plan, project: Path, *, put_back: frozenset[tuple[Path, int]]) -> None:
    from pactape.adopting import settings_lines  # noqa: PLC0415 -- as above

    _show_moves(plan, project)
    for change in plan.modules:
        click.echo(f"{_relative_path(change.path, project)}: {change.what}")
    if plan.needs_table:
        click.echo("pyproject.toml: [tool.pactape], which makes this folder the project's")
    for folder in plan.projects:
        for table, lines in settings_lines(plan.options).items():
            for line in lines:
                click.echo(f"{_relative_path(folder / FILE_NAME, project)}: [{table}] {line}")
    of_units = [(module, unit, f"dropped: {line}") for module, unit, line in plan.dropped]
    of_units += [
        (test.module, test.unit, f"marker only: {test.line}, and passes without one")
        for test in plan.unrecorded
    ]
    for module, unit, line in of_units:
        if (module, unit) not in put_back:
            click.echo(line)
    for line in plan.left:
        click.echo(f"unchanged: {line}")
    for line in plan.hints if plan.modules else ():
        click.echo(f"later: {line}")


def _show_moves(plan: Plan, project: Path) -> None:
    for move in plan.moves:
        for old in move.old:
            click.echo(f"{_relative_path(old, project)} -> {_relative_path(move.new, project)}")
        for line in move.scrubbed:
            click.echo(f"scrubbed: {line}")


def _show_trial(trial: Trial) -> None:
    for line in trial.loosened:
        click.echo(f"loosened: {line}")
    for line in trial.put_back:
        click.echo(f"put back: {line}")
    if trial.unproven:
        click.echo(
            f"not proven: {count_of(trial.unproven, 'moved test')} passed neither before nor after. "
            "Next step: run pytest where they pass"
        )
    click.echo(
        f"{count_of(trial.tests, 'moved test')} tried, {count_of(len(trial.put_back), 'unit')} put back"
    )


def _relative_path(path: Path, project: Path) -> str:
    return os.path.relpath(path, project)
