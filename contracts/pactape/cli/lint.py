"""`pactape lint`: the secrets in cassettes, contracts and cached files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.cli._reports import end_with_report, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes import FoundSecret
    from pactape.cassettes.scrubbing.rules import ScrubRules
    from pactape.findings import Finding
    from pactape.reports import Format, ReportedResult
    from pactape.settings import Settings

    Lint = Callable[[Path, ScrubRules], list[FoundSecret]]

__all__ = ["lint"]

_UNREADABLE = 2


@click.command()
@project_option
@click.argument("cassettes", nargs=-1, type=click.Path(exists=True, path_type=Path))
@report_options
def lint(
    *, project: Path, cassettes: tuple[Path, ...], report_format: Format, report_file: Path | None
) -> None:
    """Find the secrets in CASSETTES, files or folders.

    Without CASSETTES: in all of the project's, in its contracts, and in what is cached below .pactape/.

    Prints file, interaction, place, field and kind of each, never the value. What only a second, independent look
    notices is reported as "possible" and doesn't count. Exit codes: 0 none; 1 some; 2 a file
    can't be read, or the project has no cassette.
    """
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.errors import PactapeError  # noqa: PLC0415 -- as above
    from pactape.reports import Outcome, Report, ReportedResult  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    rules = ScrubRules.from_settings(settings.scrub)
    secrets: list[FoundSecret] = []
    errors: list[ReportedResult] = []
    files = 0
    for path, lint_one in _files(cassettes, settings):
        files += 1
        try:
            secrets += lint_one(path, rules)
        except PactapeError as error:
            unreadable = ReportedResult(
                outcome=Outcome.NOT_JUDGED, group="", name=str(path), details=(str(error),), file=str(path)
            )
            errors.append(unreadable)
    possible = sum(each.possible for each in secrets)
    certain = len(secrets) - possible
    report = Report(
        command="lint",
        exit_code=_UNREADABLE if errors else 1 if certain else 0,
        summary=f"{_count(certain, 'secret')} and {possible} possible in {_count(files, 'file')}",
        results=tuple(errors),
        findings=tuple(map(_finding, secrets)),
    )
    end_with_report(report, report_format=report_format, report_file=report_file)


def _finding(secret: FoundSecret) -> Finding:
    from pactape.findings import Finding, Severity  # noqa: PLC0415 -- keeps `pactape --help` fast

    place, _, kind = str(secret).rpartition(": ")
    if secret.possible:
        place = place.removesuffix(": possible")
        return Finding(
            Severity.INFO, place, f"possible: {secret.kind}", rule="possible-secret", file=secret.cassette
        )
    return Finding(Severity.BREAKING, place, kind, rule="secret", file=secret.cassette)


def _files(cassettes: tuple[Path, ...], settings: Settings) -> Iterator[tuple[Path, Lint]]:
    """The files to look at, each with the function that does it."""
    from pactape.cassettes import lint_cassette, lint_file  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.finder import cassettes_in, find_cassettes  # noqa: PLC0415 -- as above

    for path in cassettes_in(cassettes) if cassettes else find_cassettes(settings):
        yield path, lint_cassette
    if not cassettes:
        others = (settings.pacts, settings.handwritten, settings.cache_folder)
        for folder in (each for each in others if each is not None and each.is_dir()):
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                yield path, lint_file


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
