"""`pactape lint`: the secrets that cassettes hold."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

__all__ = ["lint"]


@click.command()
@project_option
@click.argument("cassettes", nargs=-1, type=click.Path(exists=True, path_type=Path))
def lint(*, project: Path, cassettes: tuple[Path, ...]) -> None:
    """Find the secrets in CASSETTES, files or folders; by default all of the project's.

    Says file, interaction, place and kind of each, never the value. Exit codes: 0 none; 1 some; 2 a file can't
    be read.
    """
    from pactape.cassettes import lint_cassette  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.finder import cassettes_in  # noqa: PLC0415 -- as above
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    paths = cassettes_in(cassettes or settings.cassette_folders)
    rules = ScrubRules.from_settings(settings.scrub)
    findings = [finding for path in paths for finding in lint_cassette(path, rules)]
    for finding in findings:
        click.echo(finding)
    click.echo(f"{len(findings)} secrets in {len(paths)} cassettes")
    sys.exit(1 if findings else 0)
