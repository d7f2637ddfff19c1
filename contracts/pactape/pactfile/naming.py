"""The names of pact files: "<consumer>-<provider>.json", and further files of one contract numbered from 2."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "contract_stems",
    "is_further_file",
    "messages_stem",
    "numbered_names",
    "pact_files_in",
    "requests_stem",
]

#: What Windows or POSIX don't allow in a file name.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def pact_files_in(folder: Path) -> list[Path]:
    """Return the pact files directly in a folder, in order of their names; none if there is no such folder."""
    return sorted(folder.glob("*.json"))


def requests_stem(consumer: str, provider: str) -> str:
    """Return the stem of the file with the requests of a contract; all file systems accept it.

    Example:
        >>> requests_stem("web", "team/users"), requests_stem("web", "localhost:3000")
        ('web-team_users', 'web-localhost_3000')
    """
    return _FORBIDDEN.sub("_", f"{consumer}-{provider}")


def messages_stem(consumer: str, provider: str) -> str:
    """Return the stem of the file with the messages of a contract.

    Messages are in a separate file, because tools that start a mock server from a file can't use a file with both.

    Example:
        >>> messages_stem("web", "users")
        'web-users.messages'
    """
    return f"{requests_stem(consumer, provider)}.messages"


def numbered_names(stem: str, count: int) -> list[str]:
    """Return the names of the files of a contract that is split into `count` files.

    Example:
        >>> numbered_names("web-users", 3)
        ['web-users.json', 'web-users.2.json', 'web-users.3.json']
    """
    return [f"{stem}.json", *(f"{stem}.{number}.json" for number in range(2, count + 1))]


def is_further_file(name: str, stem: str) -> bool:
    """Whether a file name is that of a second or later file of a contract.

    Example:
        >>> is_further_file("web-users.2.json", "web-users"), is_further_file("web-users.json", "web-users")
        (True, False)
    """
    return re.fullmatch(rf"{re.escape(stem)}\.[0-9]+\.json", name) is not None


def contract_stems(paths: Iterable[Path]) -> dict[Path, str]:
    """Return, for each pact file, the stem of the first file of its contract."""
    listed = list(paths)
    stems = {path.stem for path in listed}
    return {path: first if (first := _first_stem(path)) in stems else path.stem for path in listed}


def _first_stem(path: Path) -> str:
    """The stem of the file that this one would continue."""
    first, _, number = path.stem.rpartition(".")
    return first if number.isdecimal() else path.stem
