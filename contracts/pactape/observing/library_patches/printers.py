"""Patches of printers, which show a value to a person: as `repr`, they read nothing."""

from __future__ import annotations

import pprint
import reprlib
from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.plain_values import plain
from pactape.observing.tracking import TrackedArray, TrackedObject

if TYPE_CHECKING:
    from pactape.observing.library_patches.replacing import Replacements

__all__ = ["observe_printers"]

_TRACKED = (TrackedObject, TrackedArray)


def observe_printers(replacements: Replacements) -> None:
    """Record nothing when a response is printed, also within a task or another object."""
    replacements.attribute(reprlib.Repr, "repr1", _printing)
    for name in ("_format", "_safe_repr"):
        replacements.attribute(pprint.PrettyPrinter, name, _printing)


def _printing(original: Any) -> Any:
    @wraps(original)
    def show(self: Any, value: Any, *arguments: Any) -> Any:
        return original(self, plain(value) if isinstance(value, _TRACKED) else value, *arguments)

    return show
