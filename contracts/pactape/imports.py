"""Importable objects by name, "package.module:name", and the libraries of extras."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from pactape.errors import BadInputError, MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["import_object", "require_extra"]

_REMEDY = 'write it as "package.module:name", and check that its own imports are installed'


def import_object(
    reference: str, *, root: Path, error: type[BadInputError] = BadInputError, where: object = None
) -> Any:
    """Import the object that a reference names.

    Args:
        reference: "package.module:name"; the name may have dots, and "()" at its end calls it without arguments.
        root: The project's folder; it comes first among those that modules are imported from.
        error: The class of the error that is raised.
        where: Where the reference is written, for the error; None when it isn't known.

    Raises:
        BadInputError: The reference has another form, the module can't be imported, it has no such name, or the
            call failed; of the class `error`, the cause chained.

    Example:
        >>> from pathlib import Path
        >>> import_object("string:ascii_letters.upper()", root=Path())[:3]
        'ABC'
    """
    module, _, name = reference.partition(":")
    if not module or not name:
        raise error(f"{reference!r} is not a reference", where=where, remedy=_REMEDY)
    try:
        found: Any = _import_module(module, root)
        for step in name.removesuffix("()").split("."):
            found = getattr(found, step)
    except (ImportError, AttributeError, ValueError, SyntaxError) as cause:
        raise error(f"{reference!r} can't be imported ({cause})", where=where, remedy=_REMEDY) from cause
    return _call(found, reference, error, where) if name.endswith("()") else found


def require_extra(extra: str, feature: str, *modules: str) -> None:
    """Check that the libraries of an extra are installed, without importing them.

    Args:
        extra: The extra that installs them: "verify".
        feature: What needs them, for the error: "the official verifier".
        modules: Their top-level modules.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    if any(importlib.util.find_spec(module) is None for module in modules):
        raise MissingExtraError(extra, feature)


def _import_module(module: str, root: Path) -> Any:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return importlib.import_module(module)


def _call(function: Any, reference: str, error: type[BadInputError], where: object) -> Any:
    try:
        return function()
    except Exception as cause:
        raise error(
            f"calling {reference!r} failed: {type(cause).__name__}: {cause}",
            where=where,
            remedy="correct the function, or name one that needs no arguments",
        ) from cause
