"""A recording's file: its decompressed bytes, and its JSON or YAML value, decoded without executing anything."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
import zlib
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from pactape.compression import decompress
from pactape.errors import CassetteFormatError, DamagedRecordingError
from pactape.files import unreadable
from pactape.http_bodies import decode_body, sniffed_coding
from pactape.recorders.aliases import check_expansion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Source", "file_bytes"]

_MAX_ATTACHMENT = 512 * 2**20
_HEAD = 4096
#: How many documents and items of lists show a file's format, and how much of a value.
_FIRST, _LONGEST_SHOWN = 3, 80


_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TextLoader(_FastLoader):  # type: ignore[misc] # libyaml's if PyYAML was built with it
    """A YAML loader that reads scalars as text and null as None, and drops tags, so that nothing is executed."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_plain(loader: Any, _: str, node: yaml.Node) -> Any:
    """Return a node's value as if it had no tag."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_TextLoader.add_multi_constructor("!", _construct_plain)
_TextLoader.add_multi_constructor("tag:yaml.org,2002:", _construct_plain)
_TextLoader.add_constructor("tag:yaml.org,2002:binary", yaml.SafeLoader.construct_yaml_binary)
_TextLoader.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)


def file_bytes(path: Path) -> bytes:
    """Return the bytes of a recording's file.

    Raises:
        CassetteFormatError: The file can't be read.
    """
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise CassetteFormatError("is a folder", where=path, remedy="name the files in it") from error
    except OSError as error:
        raise unreadable(path, error) from error


class Source:
    """A file that another recorder wrote.

    Args:
        path: The file; bodies in separate files are searched relative to it.
        data: Its bytes, which are unpacked if compressed (gzip, zlib, zstd, bzip2, xz) or a zip archive.

    Raises:
        CassetteFormatError: The compressed data is damaged.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self._archive = _archive(data)
        self._member, plain = self._main_member() if self._archive else ("", _decompress(path, data))
        self.data = _as_utf_8(plain)

    @cached_property
    def text(self) -> str:
        """The file as text; invalid UTF-8 is replaced, a byte order mark is dropped."""
        return self.data.decode("utf-8-sig", "replace")

    @cached_property
    def json(self) -> Any:
        """The file's JSON value; None if it isn't JSON."""
        if not self._looks_like_json:
            return None
        with suppress(ValueError, RecursionError):
            return json.loads(self.text)
        return None

    @cached_property
    def yaml_documents(self) -> list[Any]:
        """The file's YAML documents, every scalar but null as text; empty if it isn't YAML, or is JSON."""
        if self._looks_like_json:
            return []
        with suppress(yaml.YAMLError, ValueError, RecursionError):
            documents = list(yaml.load_all(self.text, Loader=_TextLoader))
            check_expansion(documents)
            return documents
        return []

    @cached_property
    def value(self) -> Any:
        """The JSON value, or the only YAML document; None if it is neither."""
        if self.json is not None:
            return self.json
        return self.yaml_documents[0] if len(self.yaml_documents) == 1 else None

    def member(self, *names: str) -> Any:
        """Return a nested value by its member names; None if one is missing."""
        value = self.value
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def attachment(self, name: str, *folders: str) -> bytes | None:
        """Return the bytes of a file that this file refers to; None if it is missing or outside its folder.

        Args:
            name: The file's relative name.
            folders: The folders to search, relative to the file's folder: "", "../__files".
        """
        if self._archive:
            inner_folder = self._member.rpartition("/")[0]
            beside = f"{inner_folder}/{name}" if inner_folder else name
            return _archive_member(self._archive, beside) or _archive_member(self._archive, name)
        for folder in folders or ("",):
            base = (self.path.parent / folder).resolve()
            path = (base / name).resolve()
            with suppress(OSError, ValueError):
                if path.is_relative_to(base) and path.stat().st_size <= _MAX_ATTACHMENT:
                    return path.read_bytes()
        return None

    def damage(self) -> str:
        """Return why the file is neither JSON nor YAML, with line and column if known."""
        try:
            if self._looks_like_json:
                json.loads(self.text)
            else:
                check_expansion(list(yaml.load_all(self.text, Loader=_TextLoader)))
        except json.JSONDecodeError as error:
            return f"line {error.lineno}, column {error.colno}: {error.msg}"
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            return f"line {line}: {error.problem}"
        except (yaml.YAMLError, ValueError) as error:
            return str(error)
        except RecursionError:
            return "it is nested too deeply"
        return "it lacks a part that the format requires"

    @property
    def outline(self) -> bytes:
        """The names at the top of a parsed file, which show its format; words elsewhere in it show nothing."""
        documents = [self.json] if self.json is not None else self.yaml_documents
        return "\n".join(line for document in documents[:_FIRST] for line in _outline(document)).encode(
            "utf-8", "replace"
        )

    @property
    def is_parsed(self) -> bool:
        """Whether the whole file is valid JSON or YAML."""
        return self.json is not None or bool(self.yaml_documents)

    @property
    def ends_within_a_line(self) -> bool:
        """Whether the last line isn't terminated; every recorder that writes YAML terminates it."""
        return not self.data.endswith(b"\n")

    @property
    def _looks_like_json(self) -> bool:
        return self.data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}

    @property
    def other_recordings(self) -> list[str]:
        """The names of an archive's .har files that are not read, if it has several."""
        return self._har_names()[1:]

    def _har_names(self) -> list[str]:
        return [name for name in _names(self._archive) if name.endswith(".har")] if self._archive else []

    def _main_member(self) -> tuple[str, bytes]:
        """Return name and bytes of an archive's recording: its .har file, or else its first JSON file."""
        assert self._archive is not None  # noqa: S101 -- the constructor checks this
        for name in (*self._har_names(), *_names(self._archive)):
            if name.endswith((".har", ".json", ".yaml", ".yml")):
                return name, _archive_member(self._archive, name) or b""
        return "", b""


def _outline(value: Any, *, is_inner: bool = False) -> Iterator[str]:
    """Yield the names on two levels, in the style of JSON and of YAML, and short values, one a line."""
    if isinstance(value, list):
        for item in value[:_FIRST]:
            yield from _outline(item, is_inner=True)
    for name, member in value.items() if isinstance(value, dict) else ():
        is_container = isinstance(member, dict | list)
        text = "" if is_container else json.dumps(member, default=str)
        if is_container or is_inner:
            yield f'"{name}": {text[:_LONGEST_SHOWN]}'
            yield f"- {name}: {text[:_LONGEST_SHOWN]}"
        else:
            yield text[:_LONGEST_SHOWN]
        if is_container and not is_inner:
            yield from _outline(member, is_inner=True)


def _names(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of an archive's files, outer folders first, without macOS's metadata files."""
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    return sorted(names, key=lambda name: (name.count("/"), name))


def _as_utf_8(data: bytes) -> bytes:
    """Convert UTF-16 text, as PowerShell writes it, to UTF-8; return anything else unchanged."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    try:
        return data.decode("utf-16").encode()
    except UnicodeError:
        return data


def _decompress(path: Path, data: bytes) -> bytes:
    coding = sniffed_coding(data)
    try:
        return decode_body(data, coding) if coding else decompress(data)
    except (ValueError, OSError, zlib.error) as error:
        raise DamagedRecordingError(
            f"is compressed and damaged ({error})", where=path, remedy="restore the file, or record it again"
        ) from error


def _archive(data: bytes) -> zipfile.ZipFile | None:
    if not data.startswith(b"PK\x03\x04"):
        return None
    with suppress(zipfile.BadZipFile):
        return zipfile.ZipFile(io.BytesIO(data))
    return None


def _archive_member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    with suppress(KeyError, zipfile.BadZipFile, zlib.error, RuntimeError):
        if archive.getinfo(name).file_size <= _MAX_ATTACHMENT:
            return archive.read(name)
    return None
