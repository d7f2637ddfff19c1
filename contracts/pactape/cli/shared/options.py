"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pactape.pyproject_file import find_root

if TYPE_CHECKING:
    from collections.abc import Callable

    _F = TypeVar("_F", bound=Callable[..., Any])


def project_option(function: _F) -> _F:
    """Give a command `--project`; it gets the project's folder as `project: Path`."""
    return click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        callback=lambda _context, _parameter, value: value or find_root(Path.cwd()),
        help="The folder with the pyproject.toml; by default the nearest one with a [tool.pactape] table.",
    )(function)
