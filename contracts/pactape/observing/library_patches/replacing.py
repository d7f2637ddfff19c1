"""Replacing functions while observing, and restoring them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Replacements"]

_OURS = "pactape"
_INHERITED = object()


class Replacements:
    """Replacements of functions and attributes, until they are undone."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any]] = []

    def attribute(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace an attribute of a class or module by what `make` gives for it; an absent one is left alone."""
        if owner is not None and name in vars(owner):
            original = vars(owner)[name]
            self._replaced.append((owner, name, original))
            setattr(owner, name, make(original))

    def override(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace an attribute of a class by what `make` gives for it, also one that the class inherits."""
        if owner is not None:
            self._replaced.append((owner, name, vars(owner).get(name, _INHERITED)))
            setattr(owner, name, make(getattr(owner, name)))

    def add(self, owner: Any, name: str, stand_in: Any) -> None:
        """Give a class an attribute that so far only its instances have."""
        if owner is not None:
            self._replaced.append((owner, name, vars(owner).get(name, _INHERITED)))
            setattr(owner, name, stand_in)

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
            if original is _INHERITED:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


class _References:
    """Where modules have a function under its own name: `from orjson import loads`.

    A module is looked through once for each function; so are those that are imported later.
    """

    def __init__(self) -> None:
        self._module_names: dict[str, set[str]] = {}
        self._modules: dict[str, int] = {}
        self._references: dict[str, list[tuple[Any, str]]] = {}

    def of(self, function: Any, name: str, home: str) -> list[tuple[Any, str]]:
        """Return the modules that have a function, and its name.

        Args:
            function: The function.
            name: Its name.
            home: The module that it comes from.
        """
        key = f"{home}.{name}"
        module_names = self._module_names.setdefault(key, set())
        references = self._references.setdefault(key, [])
        module_count = len(sys.modules)
        for module_name in (
            () if self._modules.get(key) == module_count else sys.modules.keys() - module_names
        ):
            module_names.add(module_name)
            members = getattr(sys.modules.get(module_name), "__dict__", {})
            if members.get(name) is function and not module_name.startswith(_OURS):
                references.append((sys.modules[module_name], name))
        self._modules[key] = module_count
        return [(module, each) for module, each in references if vars(module).get(each) is function]


_REFERENCES = _References()
