"""`pactape lint`: find secrets in cassettes, contracts and cached files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.reports import ReportingCommand, end_with_report, not_judged, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes import FoundSecret
    from pactape.cassettes.scrubbing.rules import ScrubRules
    from pactape.errors import BadInputError
    from pactape.findings import Finding
    from pactape.reports import Format, ReportedResult
    from pactape.settings import Settings

    Lint = Callable[[Path, ScrubRules], list[FoundSecret]]

__all__ = ["lint"]

_UNREADABLE = 2


@click.command(cls=ReportingCommand)
@project_option
@click.argument("cassettes", nargs=-1, type=click.Path(exists=True, path_type=Path))
@report_options
def lint(
    *, project: Path, cassettes: tuple[Path, ...], report_format: Format, report_file: Path | None
) -> None:
    """Find secrets in CASSETTES: files or folders.

    Without CASSETTES, all of the project's cassettes, its contracts, and the files cached in .pactape/ are
    searched.

    Prints the file, interaction, part (URL, header, body), field and kind of each secret, never its value.
    Findings of a second, independent detector are reported as "possible" and don't affect the exit code. A file
    that is not a cassette is reported and searched as text. Exit codes: 0 no secrets; 1 secrets found; 2 a
    cassette can't be read, or there is no cassette.
    """
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.findings import Severity, with_severities  # noqa: PLC0415 -- as above
    from pactape.reports import Report  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    rules = ScrubRules.from_settings(settings.scrub)
    secrets, others, errors, files = _search(_files(cassettes, settings), rules)
    findings = with_severities(map(_finding, secrets), settings.severities)
    certain = sum(finding.rule == "secret" for finding in findings)
    is_breaking = any(finding.severity is Severity.BREAKING for finding in findings)
    report = Report(
        command="lint",
        exit_code=_UNREADABLE if errors else int(is_breaking),
        summary=(
            f"{count_of(certain, 'secret')} and {len(findings) - certain} possible in {count_of(files, 'file')}"
        ),
        results=tuple(errors),
        findings=tuple(findings),
        before=tuple(f"not a cassette, searched as text: {file.where}: {file.what}" for file in others),
    )
    end_with_report(report, report_format=report_format, report_file=report_file)


def _search(
    files: Iterator[tuple[Path, Lint]], rules: ScrubRules
) -> tuple[list[FoundSecret], list[BadInputError], list[ReportedResult], int]:
    """The secrets, why some files were searched as text, what can't be judged, and the number of files."""
    from pactape.cassettes.maintenance.lint import lint_file  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.errors import BadInputError  # noqa: PLC0415 -- as above

    secrets: list[FoundSecret] = []
    others: dict[Path, BadInputError] = {}
    unreadable: dict[Path, BadInputError] = {}
    count = 0
    for path, lint_one in files:
        count += 1
        try:
            secrets += lint_one(path, rules)
        except BadInputError as error:
            try:
                secrets += lint_file(path, rules)
                (unreadable if _is_damaged(path, error) else others)[path] = error
            except BadInputError:
                unreadable[path] = error
    if len(others) + len(unreadable) == count:
        unreadable |= others
        others = {}
    results = [not_judged(error, name=str(path), file=str(path)) for path, error in unreadable.items()]
    return secrets, list(others.values()), results, count


def _is_damaged(path: Path, error: Exception) -> bool:
    """Return whether a file was meant to be a recording, whose encoded bodies can't be searched as text.

    An empty file is none: nothing in it was left unsearched.
    """
    from pactape.errors import DamagedRecordingError  # noqa: PLC0415 -- keeps `pactape --help` quick

    content = path.read_bytes().strip()
    return bool(content) and (isinstance(error, DamagedRecordingError) or b"interactions:" in content)


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
    """The files to search, each with the function that searches it."""
    from pactape.cassettes import lint_cassette, lint_file  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.finder import find_cassettes, recordings_in  # noqa: PLC0415 -- as above

    for path in recordings_in(cassettes) if cassettes else find_cassettes(settings):
        yield path, lint_cassette
    if not cassettes:
        others = (settings.pacts, settings.handwritten, settings.cache_folder)
        for folder in (folder for folder in others if folder is not None and folder.is_dir()):
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                yield path, lint_file
