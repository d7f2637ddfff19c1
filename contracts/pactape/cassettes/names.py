"""Names of cassettes: a test's file name, and the test's name as a phrase."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import yaml

from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = [
    "belongs_to",
    "cassette_name",
    "checked_name",
    "describe",
    "fixture_cassette_name",
    "legacy_name",
    "unusable_name_reason",
]

_UNSAFE = re.compile(r"[^\w.\[\]=+-]+")
_METADATA = re.compile(rb"^pactape:\n(?:[ ].*\n|\n)*", re.MULTILINE)
#: The longest name in bytes: file systems allow 255, and temporary files have a longer name.
_LONGEST = 200
_SUFFIX = ".yaml"
_HASH_DIGITS = 8


def cassette_name(nodeid: str, rules: ScrubRules | None = None, *, with_hash: bool = False) -> str:
    """Return the file name of a test's cassette: its folders below `tests`, its module, class and name.

    Characters that some file systems don't allow become "-", dots at the beginning are left out, because hidden
    files are not read, and names beyond 200 bytes are cut; then a short hash keeps the name unique. Possible
    secrets are not part of the name.

    Args:
        nodeid: The test's node id, relative to the project.
        rules: The project's scrub rules.
        with_hash: Whether to add a hash in any case, because another test's name differs in case only.

    Example:
        >>> cassette_name("tests/unit/test_users.py::TestUsers::test_gets[1]")
        'unit.test_users.TestUsers.test_gets[1].yaml'
        >>> cassette_name("test_users.py::test_gets[a b]")
        'test_users.test_gets[a-b]-c9ca3aba.yaml'
    """
    path, *names = [part for part in nodeid.split("::") if part]
    folders = [part for part in PurePath(path).parent.parts if part not in {".", ".."}]
    plain = ".".join([*(folders[1:] if folders[:1] == ["tests"] else folders), PurePath(path).stem, *names])
    return _file_name(plain, rules, with_hash=with_hash)


def fixture_cassette_name(nodeid: str, rules: ScrubRules | None = None) -> str:
    """Return the file name of the cassette of a fixture with a wider scope than a test's.

    Args:
        nodeid: The location of the fixture's definition or set-up, and its name.
        rules: The project's scrub rules.

    Example:
        >>> fixture_cassette_name("tests/conftest.py::token")
        'fixtures/tests.conftest.token.yaml'
    """
    path, *names = [part for part in nodeid.split("::") if part]
    plain = ".".join([*PurePath(path).parent.parts, PurePath(path).stem, *names])
    return f"fixtures/{_file_name(plain, rules)}"


def _file_name(plain: str, rules: ScrubRules | None, *, with_hash: bool = False) -> str:
    clean = Scrubber(rules).text(plain) if rules else Scrubber().text(plain)
    stem = _UNSAFE.sub("-", clean).lstrip(".")
    if not with_hash and stem == plain and len(stem.encode()) + len(_SUFFIX) <= _LONGEST:
        return f"{stem}{_SUFFIX}"
    ending = f"-{hashlib.sha256(plain.encode()).hexdigest()[:_HASH_DIGITS]}{_SUFFIX}"
    return stem.encode()[: _LONGEST - len(ending)].decode(errors="ignore") + ending


def legacy_name(nodeid: str) -> str:
    """Return the old name of a test's cassette, from before folders were part of it.

    Example:
        >>> legacy_name("tests/test_users.py::TestUsers::test_gets[a b]")
        'test_users.TestUsers.test_gets[a-b].yaml'
    """
    parts = [part for part in nodeid.split("::") if part]
    stem = ".".join([Path(parts[0]).stem, *parts[1:]])
    return f"{_UNSAFE.sub('-', stem)}.yaml"


def unusable_name_reason(name: str) -> str | None:
    """Return why a cassette can't have this name, chosen by a test; None if it can.

    Example:
        >>> unusable_name_reason("users/one.yaml")
        >>> unusable_name_reason(".yaml")
        'it is hidden, and hidden files are not read'
    """
    if name.endswith(("/", os.sep)):
        return "it ends with a slash"
    if not name.isprintable():
        return "it can't be printed"
    if any(len(os.fsencode(part)) > _LONGEST for part in PurePath(name).parts):
        return "it is too long"
    if not PurePath(name).name.strip():
        return "it is empty"
    if PurePath(name).name.startswith("."):
        return "it is hidden, and hidden files are not read"
    return None


def checked_name(name: object) -> str:
    """Return the name of a cassette that code chose.

    Raises:
        BadInputError: A cassette can't have this name.
    """
    text = os.fspath(name) if isinstance(name, os.PathLike) else name
    reason = unusable_name_reason(text) if isinstance(text, str) else "it is not a text"
    if isinstance(text, str) and reason is None:
        return text
    raise BadInputError(f"{name!r} is not a cassette's name: {reason}", remedy='write "users.yaml"')


def belongs_to(cassette: Path, nodeid: str) -> bool:
    """Return whether a cassette was recorded by a test, or by an unknown one.

    Args:
        cassette: A file.
        nodeid: The test's node id; the recording may have been started in another folder of the project.
    """
    try:
        metadata = _METADATA.search(cassette.read_bytes())
        test = (yaml.safe_load(metadata.group()) or {})["pactape"].get("test") if metadata else None
    except (OSError, yaml.YAMLError, KeyError, AttributeError):
        return False
    return (
        test is None
        or test == nodeid
        or f"/{test}".endswith(f"/{nodeid}")
        or f"/{nodeid}".endswith(f"/{test}")
    )


def describe(test: str) -> str:
    """Return a test's name as a phrase.

    Example:
        >>> describe("test_gets_a_user[by id]")
        'gets a user [by id]'
    """
    name, bracket, parameters = test.removeprefix("test_").partition("[")
    phrase = name.replace("_", " ").strip() or test
    return f"{phrase} [{parameters}" if bracket else phrase
