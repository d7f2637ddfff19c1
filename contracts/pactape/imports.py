"""Importing objects by name, "package.module:name", and checking for the libraries of extras."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

from pactape.errors import BadInputError, MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["import_msgspec_alone", "import_object", "require_extra"]

_REMEDY = 'write it as "package.module:name", and check that its own imports are installed'


def import_object(
    reference: str, *, root: Path, error: type[BadInputError] = BadInputError, where: object = None
) -> Any:
    """Import the object that a reference names.

    Args:
        reference: "package.module:name"; the name may have dots, and "()" at its end calls it without
            arguments.
        root: The project's folder; modules are imported from it first.
        error: The class of the error that is raised.
        where: Where the reference is written, for the error; None when it isn't known.

    Raises:
        BadInputError: The reference has another form, the module can't be imported, it has no such name, or
            the call failed; of the class `error`, with the cause chained.

    Example:
        >>> from pathlib import Path
        >>> import_object("string:ascii_letters.upper()", root=Path())[:3]
        'ABC'
    """
    module, _, name = reference.partition(":")
    if not module or not name:
        raise error(f"{reference!r} is not a reference", where=where, remedy=_REMEDY)
    try:
        target: Any = _import_module(module, root)
        for step in name.removesuffix("()").split("."):
            target = getattr(target, step)
    except (ImportError, AttributeError, ValueError, SyntaxError) as cause:
        raise error(f"{reference!r} can't be imported ({cause})", where=where, remedy=_REMEDY) from cause
    return _call(target, reference, error, where) if name.endswith("()") else target


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


def import_msgspec_alone() -> None:
    """Import msgspec without typing_extensions, which takes longer than msgspec: a twelfth of `pactape verify`.

    msgspec imports it where it is installed, and takes the standard library's functions where it isn't; since
    Python 3.11 these are the same for what msgspec calls. Whoever imports typing_extensions later gets it.
    """
    if "typing_extensions" in sys.modules or "msgspec" in sys.modules:
        return
    modules: dict[str, Any] = sys.modules
    modules["typing_extensions"] = None  # makes its import fail
    try:
        import msgspec  # noqa: F401, PLC0415 -- that is what the function is for
    finally:
        del modules["typing_extensions"]


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
