"""Files as code hosts name them: relative to the folder that the command runs in."""

from __future__ import annotations

from pathlib import Path

__all__ = ["relative_file"]


def relative_file(file: str) -> str:
    """Return a file relative to the current folder; one elsewhere, and a URL, as they are.

    Example:
        >>> from pathlib import Path
        >>> relative_file(str(Path.cwd() / "pacts" / "a.json")), relative_file("https://broker.example.com/a")
        ('pacts/a.json', 'https://broker.example.com/a')
    """
    if "://" in file or not Path(file).is_relative_to(Path.cwd()):
        return file
    return Path(file).relative_to(Path.cwd()).as_posix()
