"""Side files that a recording depends on: bodies in separate files, and files of variables."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pactape.file_cache import recording_digest
from pactape.recorders.formats.bruno import settings_files
from pactape.recorders.formats.wiremock_bodies import BODY_FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RecordingStates", "recording_state"]

#: Members whose value is the name of a body file: WireMock's, Hoverfly's, MockServer's, Playwright's.
_NAMES = re.compile(rb'"(?:bodyFileName|bodyFile|filePath|_file|_sha1)"\s*:\s*("(?:[^"\\]|\\.)+")')
#: Every match contains one of these.
_PARTS = (b'"bodyFile', b'"filePath"', b'"_file"', b'"_sha1"')
#: Larger recordings contain their bodies themselves.
_MOST_BYTES = 64 * 2**20
#: The usual beginning of cassettes, which contain their bodies themselves.
_NOT_JSON = (b"-", b"i")
_HEAD = 64
_BRUNO_SUFFIXES = frozenset({".bru", ".yml", ".yaml"})


def recording_state(path: Path) -> bytes:
    """Return a digest of everything that reading a recording depends on: its bytes and its side files.

    Raises:
        CassetteFormatError: It can't be read.
    """
    data = b""
    with suppress(OSError):
        if path.stat().st_size <= _MOST_BYTES:
            data = path.read_bytes()
    if not data:
        return recording_digest(path)
    state = hashlib.sha256(data)
    for side_file in _side_files(path, data):
        with suppress(OSError):
            state.update(hashlib.sha256(str(side_file).encode("utf-8", "surrogateescape")).digest())
            state.update(hashlib.sha256(side_file.read_bytes()).digest())
    return state.digest()


class RecordingStates:
    """The `recording_state` of the recordings of one run, which is determined once for each of them."""

    def __init__(self) -> None:
        self._states: dict[Path, bytes] = {}

    def of(self, path: Path) -> bytes:
        """Return the state of the recording at `path`, as it was when it was first asked for.

        Raises:
            CassetteFormatError: It can't be read.
        """
        state = self._states.get(path)
        if state is None:
            state = self._states[path] = recording_state(path)
        return state


def _side_files(path: Path, data: bytes) -> list[Path]:
    """Return the existing side files of a recording."""
    files: list[Path] = []
    if b"{{" in data and path.suffix.lower() in _BRUNO_SUFFIXES:
        files += settings_files(path)
    if data[:_HEAD].strip()[:1] not in _NOT_JSON and any(part in data for part in _PARTS):
        for name in dict.fromkeys(_NAMES.findall(data)):
            with suppress(OSError, ValueError):
                files += [
                    candidate for candidate in _candidates(path, json.loads(name)) if candidate.is_file()
                ]
    return files


def _candidates(path: Path, name: str) -> list[Path]:
    return [path.parent / folder / name for folder in ("", *BODY_FOLDERS)]
