"""`pactape propose-ignores`: propose `[tool.pactape.match] ignore` entries from two recordings of the tests."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.options import project_option
from pactape.errors import BadInputError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.cassettes.maintenance.ignore_proposals import IgnoreProposals
    from pactape.settings import MatchSettings

__all__ = ["propose_ignores"]

_RECORDING = click.Path(exists=True, path_type=Path)


@click.command()
@project_option
@click.argument("before", type=_RECORDING)
@click.argument("after", type=_RECORDING)
def propose_ignores(*, project: Path, before: Path, after: Path) -> None:
    """Compare BEFORE and AFTER, two recordings of the same tests, and propose what to ignore in requests.

    Both are cassettes, or folders with cassettes of the same names. An entry is proposed for each field that
    differs and looks as if it is generated anew in each run: UUIDs, times, random values. Values taken from
    earlier responses need no entry. Nothing is written. Exit codes: 0 the proposed
    entries suffice: every request of one recording matches one of the other; 1 they don't, or it can't be
    decided; 2 a file can't be read, or there is nothing to compare.
    """
    from pactape.cassettes.maintenance import ignore_proposals as proposals  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.project_cassette import match_rules  # noqa: PLC0415 -- as above
    from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions  # noqa: PLC0415 -- as above
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    options = LookupOptions(rules=match_rules(settings), scrub_rules=ScrubRules.from_settings(settings.scrub))
    pairs, single = _pairs(before, after)
    result = proposals.propose_ignores(pairs, options)
    for path in single:
        click.echo(f"not compared: {path} is only in one of the folders")
    _show_proposals(result, settings.match, number=len(pairs))
    sys.exit(1 if result.undecided or single else 0)


def _pairs(before: Path, after: Path) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Return the cassettes to compare, and the names of those that are in only one folder.

    Raises:
        BadInputError: There is nothing to compare.
    """
    from pactape.cassettes.finder import cassettes_below  # noqa: PLC0415 -- keeps `pactape --help` quick

    if before.is_dir() != after.is_dir():
        raise BadInputError(
            f"{before} and {after} are a file and a folder", remedy="name two cassettes, or two folders"
        )
    if not before.is_dir():
        return [(before, after)], []
    one, other = (
        {path.relative_to(folder).as_posix(): path for path in cassettes_below(folder)}
        for folder in (before, after)
    )
    common = sorted(one.keys() & other.keys())
    if not common:
        raise BadInputError(
            f"{before} and {after} have no cassette of the same name",
            remedy="record the same tests twice: `pytest --pactape-record all --pactape-cassettes FOLDER`",
        )
    return [(one[name], other[name]) for name in common], sorted(one.keys() ^ other.keys())


def _show_proposals(result: IgnoreProposals, match: MatchSettings, *, number: int) -> None:
    for entry in result.entries:
        click.echo(f"proposed: {entry.entry} {entry.reason} ({entry.request})")
    for sentence in result.undecided:
        click.echo(f"undecided: {sentence}")
    lines = list(_toml(result, match))
    if lines:
        click.echo("\n" + "\n".join(lines) + "\n")
    counts = result.counts
    total = sum(counts.values())
    click.echo(
        f"{number} pairs of recordings, {total} requests compared or without a counterpart: "
        f"{counts.get('equal', 0)} equal, {counts.get('ignored', 0)} equal with the proposed entries, "
        f"{counts.get('brought', 0)} equal except for values from responses, "
        f"{counts.get('different', 0)} different, {counts.get('alone', 0)} without a counterpart"
    )


def _toml(result: IgnoreProposals, match: MatchSettings) -> Iterator[str]:
    """Yield the settings tables with the present and the proposed entries."""
    for host in sorted({proposal.host for proposal in result.entries}):
        table = f"[tool.pactape.match.hosts.{json.dumps(host)}]" if host else "[tool.pactape.match]"
        present: Iterable[str] = match.ignore
        if host:
            present = match.hosts[host].ignore if host in match.hosts else ()
        entries = dict.fromkeys(
            [*present, *(proposal.entry for proposal in result.entries if proposal.host == host)]
        )
        yield table
        yield f"ignore = [{', '.join(map(_toml_text, entries))}]"


def _toml_text(text: str) -> str:
    """Return a TOML string; JSON's escapes are valid in it."""
    return json.dumps(text)
