"""Replacing functions while observing, and giving them back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Replacements"]

_OURS = "pactape"


class Replacements:
    """Functions and attributes that stand in for others, until they are undone."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any]] = []

    def attribute(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace an attribute of a class or module by what `make` gives for it; an absent one is left alone."""
        if owner is not None and name in vars(owner):
            original = vars(owner)[name]
            self._replaced.append((owner, name, original))
            setattr(owner, name, make(original))

    def function(self, module: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a module's function, and what other modules have imported of it by name."""
        if module is None or name not in vars(module):
            return
        original = vars(module)[name]
        stand_in = make(original)
        for owner, attribute in {(module, name), *_REFERENCES.of(original, name, module.__name__)}:
            self._replaced.append((owner, attribute, original))
            setattr(owner, attribute, stand_in)

    def undo(self) -> None:
        """Give everything back, the last first."""
        while self._replaced:
            owner, name, original = self._replaced.pop()
            setattr(owner, name, original)


class _References:
    """Where modules have a function under its own name: `from orjson import loads`.

    A module is looked through once for each function; so are those that are imported later.
    """

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {}
        self._modules: dict[str, int] = {}
        self._found: dict[str, list[tuple[Any, str]]] = {}

    def of(self, function: Any, name: str, home: str) -> list[tuple[Any, str]]:
        """Return the modules that have a function, and its name.

        Args:
            function: The function.
            name: Its name.
            home: The module that it comes from.
        """
        key = f"{home}.{name}"
        seen, found = self._seen.setdefault(key, set()), self._found.setdefault(key, [])
        loaded = len(sys.modules)
        for module_name in () if self._modules.get(key) == loaded else sys.modules.keys() - seen:
            seen.add(module_name)
            members = getattr(sys.modules.get(module_name), "__dict__", {})
            if members.get(name) is function and not module_name.startswith(_OURS):
                found.append((sys.modules[module_name], name))
        self._modules[key] = loaded
        return [(module, each) for module, each in found if vars(module).get(each) is function]


_REFERENCES = _References()
