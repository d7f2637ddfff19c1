"""`pactape convert`: rewrite recordings of one recorder in the format of another."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.errors import CassetteFormatError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.scrubber import Scrubber
    from pactape.converting.convert import Conversion

__all__ = ["convert"]

_FORMATS = ("cassette", "har", "ndjson", "vcr-ruby", "wiremock")
_BY_SUFFIX = {".har": "har", ".ndjson": "ndjson", ".jsonl": "ndjson", ".yaml": "cassette", ".yml": "cassette"}
_STREAM = "-"


@click.command()
@project_option
@click.argument("files", nargs=-1, required=True, metavar="IN... [OUT]")
@click.option("--to", type=click.Choice(_FORMATS), help="The format to write. [default: by OUT's suffix]")
@click.option(
    "--base-url", metavar="URL", help="Scheme and host of the requests, for recorders that store only paths."
)
@click.option("--scrub", is_flag=True, default=True, help="Has no effect: secrets are always replaced.")
def convert(
    *, project: Path, files: tuple[str, ...], to: str | None, base_url: str | None, scrub: bool
) -> None:
    """Convert the recordings IN to one file OUT in the format of another tool, without secrets.

    IN are recordings of any recorder that Pactape reads: files, file-system URLs (s3://…, extra: fsspec), or
    - for standard input. Compressed files are recognized. OUT is compressed if its suffix is .gz, .bz2, .xz
    or .zst. Without OUT, or with -, the result goes to standard output; with one HAR file and no --to, that
    is the same HAR file without secrets. Exit codes: 0 everything was written; 1 some entries were skipped,
    and are listed; 2 a file can't be read or written (the other files are still converted).
    """
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.cassettes.scrubbing.scrubber import Scrubber  # noqa: PLC0415 -- as above
    from pactape.converting.locations import shown  # noqa: PLC0415 -- as above

    del scrub  # secrets are never written to a file
    scrubber = Scrubber(ScrubRules.from_settings(load_settings(project).scrub))
    inputs, output = _inputs_and_output(files, to)
    with ExitStack() as stack:
        paths = {_local(input_file, stack): input_file for input_file in inputs}
        names = {str(path): shown(name) for path, name in paths.items()}
        try:
            conversion = _write([*paths], output, to=to, base_url=base_url, scrubber=scrubber)
        except CassetteFormatError as error:  # which may name a temporary copy
            place = names.get(str(error.where), error.where)
            raise CassetteFormatError(error.what, where=place, remedy=error.remedy) from error
    if conversion is not None:
        _report(conversion, shown(output), names)


def _inputs_and_output(files: tuple[str, ...], to: str | None) -> tuple[tuple[str, ...], str]:
    """The inputs and the output: the last of several locations is OUT."""
    from pactape.converting.locations import format_suffix, is_compressed, is_url  # noqa: PLC0415 -- keeps `--help` fast

    if len(files) == 1:
        return files, _STREAM
    output = files[-1]
    form = to or _BY_SUFFIX.get(format_suffix(output))
    if form is None:
        raise click.UsageError(f"--to is missing: {output} does not have the suffix of a known format")
    if form == "cassette" and is_url(output):
        raise click.UsageError("A cassette is a local file. Fix: name a path, or another format with --to.")
    if form == "cassette" and is_compressed(output):
        raise click.UsageError(
            "A cassette isn't compressed. Fix: name a .yaml file, or another format with --to."
        )
    return files[:-1], output


def _local(location: str, stack: ExitStack) -> Path:
    """The file itself, or a temporary copy of standard input or a URL, so that its format can be detected."""
    from pactape.converting.locations import is_url, local_file  # noqa: PLC0415 -- keeps `--help` fast

    if location != _STREAM and not is_url(location):
        return Path(location)
    return local_file(location, Path(stack.enter_context(tempfile.TemporaryDirectory())))


def _write(
    paths: list[Path], output: str, *, to: str | None, base_url: str | None, scrubber: Scrubber
) -> Conversion | None:
    from pactape.converting import convert as converting  # noqa: PLC0415 -- keeps `--help` fast
    from pactape.converting.locations import format_suffix  # noqa: PLC0415 -- as above

    if output == _STREAM:
        if to is None and len(paths) == 1:
            clean = converting.sanitized_har(paths[0], scrubber)
            if clean is not None:
                sys.stdout.buffer.write(clean + b"\n")
                return None
        if to in {None, "cassette"}:
            raise click.UsageError(
                "name OUT, or another format with --to: a cassette can't be written to standard output"
            )
    form = to or _BY_SUFFIX[format_suffix(output)]
    return converting.convert(paths, output, to=form, base_url=base_url, scrubber=scrubber)


def _report(conversion: Conversion, output: str, names: dict[str, str]) -> None:
    for file, entry in conversion.skipped:
        click.echo(f"skipped: {names.get(file, file)}: {entry.location} {entry.reason}", err=True)
    for error in conversion.unreadable:
        place = names.get(str(error.where), error.where)
        click.echo(f"error: {place}: {error.what}. Fix: {error.remedy}.", err=True)
    lost_messages = 0 if conversion.to == "cassette" else conversion.messages
    if lost_messages:
        click.echo(f"skipped: {count_of(lost_messages, 'message')}: only cassettes can hold them", err=True)
    if conversion.lost:
        parts = ", ".join(
            f"{part} ({count_of(count, 'exchange')})" for part, count in conversion.lost.items()
        )
        click.echo(f"skipped, because the format {conversion.to} can't hold it: {parts}", err=True)
    place = "standard output" if output == _STREAM else output
    tools = ", ".join(sorted(conversion.tools))
    click.echo(f"{count_of(conversion.count, 'exchange')} of {tools} written to {place}", err=True)
    if conversion.unreadable or conversion.skipped or lost_messages:
        sys.exit(2 if conversion.unreadable else 1)
