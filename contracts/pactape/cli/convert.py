"""`pactape convert`: recordings of one recorder in the form of another."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.scrubber import Scrubber
    from pactape.converting.convert import Conversion

__all__ = ["convert"]

_FORMATS = ("cassette", "har", "ndjson", "vcr-ruby", "wiremock")
_BY_SUFFIX = {".har": "har", ".ndjson": "ndjson", ".jsonl": "ndjson", ".yaml": "cassette", ".yml": "cassette"}
_STREAM = Path("-")


@click.command()
@project_option
@click.argument("files", nargs=-1, required=True, metavar="IN... [OUT]", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(_FORMATS), help="The form to write; by default that of OUT's suffix.")
@click.option(
    "--base-url", metavar="URL", help="Scheme and host of requests whose recorder keeps only paths."
)
@click.option(
    "--scrub/--keep-secrets", default=True, help="Replace secrets, as recording does; this is the default."
)
def convert(
    *, project: Path, files: tuple[Path, ...], to: str | None, base_url: str | None, scrub: bool
) -> None:
    """Write the recordings in IN as one file OUT, in the form of another tool.

    IN are recordings of any recorder that Pactape reads; - is the standard input. Without OUT, or with -, the
    result goes to the standard output; with one HAR file and no --to, that is the same HAR file without secrets.
    Exit codes: 0 all was written; 1 some entries were skipped, and are named; 2 a file can't be read or written.
    """
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.scrubbing.scrubber import Scrubber  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    scrubber = Scrubber(ScrubRules.from_settings(settings.scrub)) if scrub else None
    inputs, output = _split(files, to)
    with ExitStack() as stack:
        paths = [_file(each, stack) for each in inputs]
        found = _write(paths, output, to=to, base_url=base_url, scrubber=scrubber)
    if found is not None:
        _report(found, output)


def _split(files: tuple[Path, ...], to: str | None) -> tuple[tuple[Path, ...], Path]:
    """The inputs and the output: the last of several paths is OUT."""
    if len(files) == 1:
        return files, _STREAM
    output = files[-1]
    if to is None and output.suffix not in _BY_SUFFIX:
        raise click.UsageError(f"--to is missing: the suffix of {output} doesn't tell the form")
    return files[:-1], output


def _file(path: Path, stack: ExitStack) -> Path:
    """The file itself; of the standard input a temporary copy, so that its format can be found."""
    if path != _STREAM:
        return path
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    copy = folder / "standard-input"
    copy.write_bytes(sys.stdin.buffer.read())
    return copy


def _write(
    paths: list[Path], output: Path, *, to: str | None, base_url: str | None, scrubber: Scrubber | None
) -> Conversion | None:
    from pactape.converting import convert as converting  # noqa: PLC0415 -- as above

    if output == _STREAM:
        if to is None and len(paths) == 1 and scrubber is not None:
            clean = converting.sanitized_har(paths[0], scrubber)
            if clean is not None:
                sys.stdout.buffer.write(clean + b"\n")
                return None
        if to in {None, "cassette"}:
            raise click.UsageError(
                "name OUT, or another form with --to: only HAR, NDJSON, … go to the output"
            )
        found = converting.read_exchanges(paths, base_url=base_url, scrubber=scrubber)
        sys.stdout.buffer.write(converting.encode_recording(found.exchanges, str(to)))
        return found
    form = to or _BY_SUFFIX[output.suffix]
    return converting.convert(paths, output, to=form, base_url=base_url, scrubber=scrubber)


def _report(found: Conversion, output: Path) -> None:
    for file, each in found.skipped:
        click.echo(f"skipped: {file}: {each.place} {each.reason}", err=True)
    place = "the standard output" if output == _STREAM else output
    tools = ", ".join(sorted(found.tools))
    click.echo(f"{len(found.exchanges)} exchanges of {tools} written to {place}", err=True)
    if found.skipped:
        sys.exit(1)
