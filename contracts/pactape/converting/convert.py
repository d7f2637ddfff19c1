"""Converts recordings: reads those of any recorder, scrubs them, and writes them in one tool's format."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.contents import Contents, read_any, read_parts
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts.samples.sanitizing import (
    message_without_secrets,
    without_later_secrets,
    without_secrets,
)
from pactape.converting.cassette_writer import write_cassette
from pactape.converting.har_sanitizer import sanitize_har
from pactape.converting.har_writer import write_har
from pactape.converting.locations import writing
from pactape.converting.losses import Losses
from pactape.converting.ndjson_writer import write_ndjson
from pactape.converting.vcr_ruby_writer import write_vcr_ruby
from pactape.converting.wiremock_writer import write_wiremock
from pactape.errors import CassetteFormatError
from pactape.recorders import ReadOptions, SkippedEntry, in_recorded_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from pactape.exchange import Exchange, RecordedMessage

__all__ = ["FORMATS", "Conversion", "RecordingParts", "convert", "sanitized_har", "write_recording"]

_WRITERS: dict[str, Callable[[Iterable[Exchange]], bytes]] = {
    "har": write_har,
    "ndjson": write_ndjson,
    "vcr-ruby": write_vcr_ruby,
    "wiremock": write_wiremock,
}
#: How many lines of NDJSON are written at a time.
_LINES = 100
#: The formats that recordings can be written in.
FORMATS: tuple[str, ...] = ("cassette", *_WRITERS)


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a conversion.

    Args:
        to: The format that was written.
        count: How many exchanges were written.
        messages: How many messages were read, which only cassettes can hold.
        skipped: Entries that are not an exchange, each with its file.
        unreadable: The files that can't be read, each with the reason.
        tools: The recorders that wrote the files.
        lost: What the format can't hold, such as "fields read", with the number of exchanges that had it.
    """

    to: str
    count: int
    messages: int = 0
    skipped: tuple[tuple[str, SkippedEntry], ...] = ()
    unreadable: tuple[CassetteFormatError, ...] = ()
    tools: frozenset[str] = frozenset()
    lost: dict[str, int] = {}


class RecordingParts:
    """The contents of recordings of any recorder, part by part, so that only one part is in memory.

    Args:
        paths: The files.
        base_url: Scheme and host for formats that record only paths.
        scrubber: Replaces secrets; None keeps them.

    Attributes:
        count: How many exchanges were read.
        messages: The messages that were read.
        skipped: Entries that are not an exchange, each with its file.
        unreadable: The files that can't be read, each with the reason.
        tools: The recorders that wrote the files.
    """

    def __init__(self, paths: Iterable[Path], *, base_url: str | None, scrubber: Scrubber | None) -> None:
        self._paths = in_recorded_order(paths)
        self._options = ReadOptions(base_url=base_url)
        self._scrubber = scrubber
        self.count = 0
        self.messages: list[RecordedMessage] = []
        self.skipped: list[tuple[str, SkippedEntry]] = []
        self.unreadable: list[CassetteFormatError] = []
        self.tools: set[str] = set()

    def __iter__(self) -> Iterator[Exchange]:
        """Yield the exchanges in the order of the files; secrets of later files may be in earlier ones.

        Raises:
            CassetteFormatError: None of the files can be read.
        """
        for path in self._paths:
            try:
                for contents in read_parts(path, self._options):
                    yield from self._clean(path, contents)
            except CassetteFormatError as error:
                self.unreadable.append(error)
        if self.unreadable and not self.tools:
            raise self.unreadable[0]

    def complete(self) -> tuple[Exchange, ...]:
        """Return all exchanges, in each of which the secrets of all others are replaced, too.

        Raises:
            CassetteFormatError: None of the files can be read.
        """
        return self._without_later_secrets(tuple(self))

    def conversion(self, losses: Losses) -> Conversion:
        """Return what has been read so far, and what was lost of it."""
        return Conversion(
            to=losses.to,
            count=self.count,
            messages=len(self.messages),
            skipped=tuple(self.skipped),
            unreadable=tuple(self.unreadable),
            tools=frozenset(self.tools),
            lost=losses.counts(),
        )

    def _clean(self, path: Path, contents: Contents) -> Iterator[Exchange]:
        scrubber = self._scrubber
        self.tools.add(contents.tool)
        self.skipped += [(str(path), entry) for entry in contents.skipped]
        self.messages += [
            message if scrubber is None else message_without_secrets(message, scrubber)
            for message in contents.messages
        ]
        part: list[Exchange] = []
        for exchange in contents.exchanges:
            try:
                clean = exchange if scrubber is None else without_secrets(exchange, scrubber)
            except ValueError as error:
                reason = f"has a body that can't be read and therefore can't be scrubbed: {error}"
                self.skipped.append((str(path), SkippedEntry(location=f"[{exchange.index}]", reason=reason)))
                continue
            self.count += 1
            part.append(clean)
        yield from self._without_later_secrets(part)

    def _without_later_secrets(self, exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
        scrubber = self._scrubber
        if scrubber is None or not scrubber.secret_count:
            return tuple(exchanges)
        return tuple(without_later_secrets(exchange, scrubber) for exchange in exchanges)


def write_recording(parts: RecordingParts, file: BinaryIO, to: str) -> Conversion:
    """Write recordings to an open file; NDJSON is written line by line.

    Args:
        parts: The recordings.
        file: The target of the data.
        to: One of `FORMATS`, but not "cassette", which is written as a file.

    Raises:
        CassetteFormatError: None of the recordings can be read.
    """
    losses = Losses(to)
    if to == "ndjson":
        exchanges = losses.counting(parts)
        while batch := tuple(islice(exchanges, _LINES)):
            file.write(write_ndjson(batch))
    else:
        file.write(_WRITERS[to](tuple(losses.counting(parts.complete()))))
    return parts.conversion(losses)


def convert(
    paths: Sequence[Path],
    output: str | Path,
    *,
    to: str,
    base_url: str | None = None,
    scrubber: Scrubber | None = None,
) -> Conversion:
    """Write recordings of any recorder to one file in a tool's format.

    Args:
        paths: The recordings; a file that can't be read is listed in the result, and the others are still
            converted.
        output: The target: a file, "-" for standard output, or a URL; compressed by its suffix.
        to: One of `FORMATS`.
        base_url: Scheme and host for formats that record only paths.
        scrubber: Replaces secrets; None keeps them, except in cassettes.

    Raises:
        CassetteFormatError: None of the files can be read.
        OutputError: The file can't be written.

    Example:
        >>> from pathlib import Path
        >>> line = '{"request": {"method": "GET", "url": "http://a.test/"}, "response": {"status": 204}}'
        >>> _ = Path("traffic.ndjson").write_text(line)
        >>> convert([Path("traffic.ndjson")], "traffic.har", to="har").count
        1
    """
    parts = RecordingParts(paths, base_url=base_url, scrubber=scrubber)
    if to == "cassette":
        losses = Losses(to)
        exchanges = tuple(losses.counting(parts.complete()))
        write_cassette(Path(output), exchanges, parts.messages, scrubber=scrubber or Scrubber())
        return parts.conversion(losses)
    with writing(str(output)) as file:
        return write_recording(parts, file, to)


def sanitized_har(path: Path, scrubber: Scrubber) -> bytes | None:
    """Return a HAR file without secrets and otherwise unchanged; None for a file that isn't a plain HAR document.

    Raises:
        CassetteFormatError: The file can't be read.
    """
    contents = read_any(path)
    if contents.tool not in {"HAR", "Polly.js"}:
        return None
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError:
        return None  # compressed, or an archive
    return json.dumps(sanitize_har(document, scrubber), indent=2, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
