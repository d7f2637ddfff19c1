"""File names for code hosts: relative to the current folder."""

from __future__ import annotations

from pathlib import Path

__all__ = ["relative_file"]


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
