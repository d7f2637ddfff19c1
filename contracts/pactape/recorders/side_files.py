"""Files beside a recording that reading it depends on: bodies in files of their own, and those of variables."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pactape.file_cache import recording_digest
from pactape.recorders.bruno import settings_files
from pactape.recorders.wiremock import BODY_FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["recording_state"]

#: Members whose value is the name of a body's file: WireMock's, Hoverfly's, MockServer's, Playwright's.
_NAMES = re.compile(rb'"(?:bodyFileName|bodyFile|filePath|_file|_sha1)"\s*:\s*("(?:[^"\\]|\\.)+")')
#: One of these is in every match.
_PARTS = (b'"bodyFile', b'"filePath"', b'"_file"', b'"_sha1"')
#: Larger recordings hold their bodies themselves.
_MOST_BYTES = 64 * 2**20
#: What cassettes begin with, most often; they hold their bodies themselves.
_NOT_JSON = (b"-", b"i")
_HEAD = 64
_BRUNO_SUFFIXES = frozenset({".bru", ".yml", ".yaml"})


def recording_state(path: Path) -> bytes:
    """Return a digest of all that reading a recording depends on: its bytes, and the files beside that it needs.

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
    for each in _side_files(path, data):
        with suppress(OSError):
            state.update(hashlib.sha256(str(each).encode("utf-8", "surrogateescape")).digest())
            state.update(hashlib.sha256(each.read_bytes()).digest())
    return state.digest()


def _side_files(path: Path, data: bytes) -> list[Path]:
    """The files beside a recording that reading it depends on, as far as they exist."""
    files: list[Path] = []
    if b"{{" in data and path.suffix in _BRUNO_SUFFIXES:
        files += settings_files(path)
    if data[:_HEAD].strip()[:1] not in _NOT_JSON and any(part in data for part in _PARTS):
        for name in dict.fromkeys(_NAMES.findall(data)):
            with suppress(OSError, ValueError):
                files += [each for each in _candidates(path, json.loads(name)) if each.is_file()]
    return files


def _candidates(path: Path, name: str) -> list[Path]:
    return [path.parent / folder / name for folder in ("", *BODY_FOLDERS)]
