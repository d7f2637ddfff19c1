"""File names in reports: relative to the current folder."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["relative_file", "without_current_folder"]


def relative_file(file: str) -> str:
    """Return a file's path relative to the current folder; files elsewhere and URLs are not changed.

    Example:
        >>> from pathlib import Path
        >>> relative_file(str(Path.cwd() / "pacts" / "a.json")), relative_file("https://broker.example.com/a")
        ('pacts/a.json', 'https://broker.example.com/a')
    """
    if "://" in file or not Path(file).is_relative_to(Path.cwd()):
        return file
    return Path(file).relative_to(Path.cwd()).as_posix()


def without_current_folder(text: str) -> str:
    """Return a text that begins with the path of a file, which becomes relative if it is below the current folder.

    Example:
        >>> from pathlib import Path
        >>> without_current_folder(f"{Path.cwd() / 'pacts' / 'a.json'}: is not a pact file")
        'pacts/a.json: is not a pact file'
    """
    return text.removeprefix(f"{Path.cwd()}{os.sep}")
