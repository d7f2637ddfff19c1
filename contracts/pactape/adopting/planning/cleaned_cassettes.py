"""Rewrites old cassettes like new recordings: scrubbed, and with the test that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.reading import read_for_replay
from pactape.cassettes.format.writing import RecordedInteraction, encode_cassette
from pactape.cassettes.scrubbing.filters import RecordingFilter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pactape.cassettes.scrubbing.rules import ScrubRules
    from pactape.exchange import Provenance

__all__ = ["cleaned_cassette"]


def cleaned_cassette(files: Sequence[Path], provenance: Provenance | None, rules: ScrubRules) -> bytes:
    """Return the bytes of one cassette that combines several old ones.

    Args:
        files: The old cassettes, in the order of their interactions.
        provenance: The test that they belong to; None when several share them.
        rules: The scrubbing rules.

    Raises:
        CassetteFormatError: A file can't be read as a cassette.
    """
    return encode_cassette(
        [interaction for file in files for interaction in _cleaned(file, rules)],
        CassetteMetadata(provenance=provenance),
        RecordingFilter({}, rules).scrubber,
    )


def _cleaned(path: Path, rules: ScrubRules) -> Iterator[RecordedInteraction]:
    contents, recording_filter = read_for_replay(path), RecordingFilter({}, rules)
    for request, response in zip(contents.requests, contents.responses, strict=True):
        yield RecordedInteraction(
            request=recording_filter.request(request), response=recording_filter.response(response)
        )
