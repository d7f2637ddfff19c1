"""A recording's file: its bytes, decompressed, and its JSON or YAML value; nothing in it is ever executed."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from pactape.errors import CassetteFormatError
from pactape.http_bodies import decode_body, sniffed_coding
from pactape.recorders.aliases import check_expansion

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Source"]

_MAX_ATTACHMENT = 512 * 2**20
_HEAD = 4096


_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TextLoader(_FastLoader):  # type: ignore[misc] # libyaml's when PyYAML was built with it
    """Reads every scalar as text and only null as None; unknown tags are dropped, so that nothing is executed."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(loader: Any, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_TextLoader.add_multi_constructor("!", _plain)
_TextLoader.add_multi_constructor("tag:yaml.org,2002:", _plain)
_TextLoader.add_constructor("tag:yaml.org,2002:binary", yaml.SafeLoader.construct_yaml_binary)
_TextLoader.add_constructor("!binary", yaml.SafeLoader.construct_yaml_binary)


class Source:
    """A file that another recorder wrote.

    Args:
        path: The file; bodies that lie in files of their own are looked up beside it.
        data: Its bytes; compressed with gzip, zlib or zstd, or a zip archive, they are unpacked.

    Raises:
        CassetteFormatError: It is compressed and damaged.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self._archive = _archive(data)
        self.data = self._main_member() if self._archive else _decompressed(path, data)

    @cached_property
    def text(self) -> str:
        """The file as text; bytes that aren't UTF-8 are replaced, a byte order mark is dropped."""
        return self.data.decode("utf-8-sig", "replace")

    @cached_property
    def json(self) -> Any:
        """The file's JSON value; None when it isn't JSON."""
        if not self._looks_like_json:
            return None
        with suppress(ValueError, RecursionError):
            return json.loads(self.text)
        return None

    @cached_property
    def yaml_documents(self) -> list[Any]:
        """The file's YAML documents, every scalar but null as text; empty when it isn't YAML, or is JSON."""
        if self._looks_like_json:
            return []
        with suppress(yaml.YAMLError, ValueError, RecursionError):
            documents = list(yaml.load_all(self.text, Loader=_TextLoader))
            check_expansion(documents)
            return documents
        return []

    @cached_property
    def value(self) -> Any:
        """The JSON value, or the only YAML document; None when it is neither."""
        if self.json is not None:
            return self.json
        return self.yaml_documents[0] if len(self.yaml_documents) == 1 else None

    def member(self, *names: str) -> Any:
        """Return a value inside the file's value by the names of its members; None when one is missing."""
        value = self.value
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def attachment(self, name: str, *folders: str) -> bytes | None:
        """Return the bytes of a file that this one names; None when it is missing or lies outside its folder.

        Args:
            name: The file's name, relative.
            folders: Where to look, relative to the file's folder: "", "../__files".
        """
        if self._archive:
            return _archive_member(self._archive, name)
        for folder in folders or ("",):
            base = (self.path.parent / folder).resolve()
            path = (base / name).resolve()
            with suppress(OSError, ValueError):
                if path.is_relative_to(base) and path.stat().st_size <= _MAX_ATTACHMENT:
                    return path.read_bytes()
        return None

    def damage(self) -> str:
        """Return why the file is neither JSON nor YAML, with line and column when known."""
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
            return "it nests too deeply"
        return "it lacks a part that the format requires"

    @property
    def _looks_like_json(self) -> bool:
        return self.data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}

    def _main_member(self) -> bytes:
        """The recording in an archive: its .har file, else its only or first JSON file."""
        assert self._archive is not None  # noqa: S101 -- the constructor asks only then
        names = sorted(
            self._archive.namelist(), key=lambda name: (not name.endswith(".har"), name.count("/"), name)
        )
        for name in names:
            if name.endswith((".har", ".json", ".yaml", ".yml")):
                return _archive_member(self._archive, name) or b""
        return b""


def _decompressed(path: Path, data: bytes) -> bytes:
    coding = sniffed_coding(data)
    try:
        return decode_body(data, coding) if coding else data
    except (ValueError, zlib.error) as error:
        raise CassetteFormatError(
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
