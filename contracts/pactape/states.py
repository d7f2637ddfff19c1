"""Provider-state handlers: the functions that put a provider into the state an interaction needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pactape.errors import ProviderStateError

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.exchange import ProviderState

__all__ = ["States", "load_states", "set_up"]

States = Mapping[str, Callable[..., object]]


def load_states(reference: str | None, *, root: Path) -> States:
    """Import the handlers that a setting names.

    Args:
        reference: "package.module:NAME", NAME being a mapping from state names to callables that take the
            state's parameters as keyword arguments; None gives no handlers.
        root: The project's folder; it is importable, first of all, while the module is imported.

    Raises:
        ProviderStateError: The module or the name can't be imported, or the object isn't such a mapping.
    """
    if reference is None:
        return {}
    module, _, name = reference.partition(":")
    found = getattr(_import(module, reference=reference, root=root), name, None) if name else None
    if not isinstance(found, Mapping) or not all(callable(handler) for handler in found.values()):
        raise ProviderStateError(
            f"states = {reference!r} doesn't name a mapping from state names to functions",
            where=module,
            remedy='define STATES = {"a user exists": function} there and write "package.module:STATES"',
        )
    return found


def set_up(state: ProviderState, states: States) -> object:
    """Call the handler of `state` with its parameters.

    Raises:
        ProviderStateError: No handler has that name, or the handler failed (the cause is chained).
    """
    handler = states.get(state.name)
    if handler is None:
        raise ProviderStateError(
            f"no handler sets up the provider state {state.name!r}",
            remedy=f"add one to the states mapping, which has {sorted(states) or 'none'}",
        )
    try:
        return handler(**state.parameters)
    except Exception as error:
        raise ProviderStateError(
            f"the handler of the provider state {state.name!r} failed: {type(error).__name__}: {error}",
            where=_place(handler),
            remedy=f"mend the handler for the parameters {sorted(state.parameters)}",
        ) from error


def _import(module: str, *, reference: str, root: Path) -> Any:
    path = str(root)
    if path not in sys.path:
        sys.path.insert(0, path)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ProviderStateError(
            f"states = {reference!r} can't be imported ({error})",
            where=root / "pyproject.toml",
            remedy="check the module's name and that its own imports are installed",
        ) from error


def _place(handler: Callable[..., object]) -> str | None:
    code = getattr(handler, "__code__", None)
    return None if code is None else f"{code.co_filename}:{code.co_firstlineno}"
