"""Finding and reading the pyproject.toml that holds a project's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILE_NAME", "PYTEST_FILES", "find_root", "read_pyproject", "table_of"]

#: The file that holds the settings, in the table `[tool.pactape]`.
FILE_NAME = "pyproject.toml"
#: Files of pytest alone, in the order in which it looks for them.
PYTEST_FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
#: Files in the folder of a project without a pyproject.toml.
_OTHER_FILES = (*PYTEST_FILES, "setup.cfg", "setup.py", "tox.ini")


def find_root(start: Path, *, working_folder: Path | None = None) -> Path:
    """Return the nearest folder, from `start` upwards, whose pyproject.toml has a table `[tool.pactape…]`.

    When there is none, the nearest folder with a pyproject.toml, or else with a configuration of pytest or
    setuptools. Without any, `working_folder` if it contains `start`, and `start` itself otherwise.

    Args:
        start: A folder.
        working_folder: The folder in which the command or pytest was started.

    Raises:
        SettingsError: A pyproject.toml on the way can't be read.
    """
    above = (start, *start.parents)
    folders = [folder for folder in above if (folder / FILE_NAME).is_file()]
    for folder in folders:
        if "pactape" in table_of(read_pyproject(folder), "tool"):
            return folder
    folders += [folder for folder in above if any((folder / name).is_file() for name in _OTHER_FILES)]
    if folders:
        return folders[0]
    return start if working_folder is None or working_folder not in above else working_folder


def read_pyproject(root: Path) -> dict[str, Any]:
    """Return the document of the pyproject.toml in a folder; an empty one when the file does not exist.

    Raises:
        SettingsError: It can't be read.
    """
    path = root / FILE_NAME
    if not path.is_file():
        return {}
    import tomllib  # noqa: PLC0415 -- it takes its time, and a folder may have no pyproject.toml

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"is not valid TOML ({error})", where=path, remedy="correct the file at that place"
        ) from error


def table_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table of a document; an empty one if there is none, or if the name isn't a table."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}
