"""`pactape lint`: the secrets in cassettes, contracts and cached files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes import Finding
    from pactape.cassettes.scrubbing.rules import ScrubRules
    from pactape.settings import Settings

    Lint = Callable[[Path, ScrubRules], list[Finding]]

__all__ = ["lint"]

_UNREADABLE = 2


@click.command()
@project_option
@click.argument("cassettes", nargs=-1, type=click.Path(exists=True, path_type=Path))
def lint(*, project: Path, cassettes: tuple[Path, ...]) -> None:
    """Find the secrets in CASSETTES, files or folders.

    Without CASSETTES: in all of the project's, in its contracts, and in what is cached below .pactape/.

    Prints file, interaction, place, field and kind of each, never the value. What only a second, independent look
    notices is reported as "possible" and doesn't count. Exit codes: 0 none; 1 some; 2 a file can't be read.
    """
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.errors import PactapeError  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    rules = ScrubRules.from_settings(settings.scrub)
    findings: list[Finding] = []
    errors = files = 0
    for path, lint_one in _files(cassettes, settings):
        files += 1
        try:
            findings += lint_one(path, rules)
        except PactapeError as error:
            errors += 1
            click.echo(f"Error: {error}", err=True)
    for finding in findings:
        click.echo(finding)
    possible = sum(each.possible for each in findings)
    certain = len(findings) - possible
    click.echo(f"{_count(certain, 'secret')} and {possible} possible in {_count(files, 'file')}")
    sys.exit(_UNREADABLE if errors else 1 if certain else 0)


def _files(cassettes: tuple[Path, ...], settings: Settings) -> Iterator[tuple[Path, Lint]]:
    """The files to look at, each with the function that does it."""
    from pactape.cassettes import lint_cassette, lint_file  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.finder import cassettes_in  # noqa: PLC0415 -- as above

    for path in cassettes_in(cassettes or settings.cassette_folders):
        yield path, lint_cassette
    if not cassettes:
        others = (settings.pacts, settings.handwritten, settings.cache_folder)
        for folder in (each for each in others if each is not None and each.is_dir()):
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                yield path, lint_file


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
