"""Replaces functions while observing, and restores them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Replacements"]

_OURS = "pactape"
_INHERITED = object()


class Replacements:
    """Replacements of functions and attributes, which can be undone."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any]] = []

    def attribute(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace an attribute of a class or module with the result of `make`, if the attribute exists."""
        if owner is not None and name in vars(owner):
            original = vars(owner)[name]
            self._replaced.append((owner, name, original))
            setattr(owner, name, make(original))

    def override(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace an attribute of a class, even an inherited one, with the result of `make`."""
        if owner is not None:
            self._replaced.append((owner, name, vars(owner).get(name, _INHERITED)))
            setattr(owner, name, make(getattr(owner, name)))

    def add(self, owner: Any, name: str, stand_in: Any) -> None:
        """Add an attribute to a class that so far only its instances have."""
        if owner is not None:
            self._replaced.append((owner, name, vars(owner).get(name, _INHERITED)))
            setattr(owner, name, stand_in)

    def function(self, module: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a module's function, also in other modules that have imported it by name."""
        if module is None or name not in vars(module):
            return
        original = vars(module)[name]
        stand_in = make(original)
        for owner, attribute in {(module, name), *_REFERENCES.of(original, name, module.__name__)}:
            self._replaced.append((owner, attribute, original))
            setattr(owner, attribute, stand_in)

    def undo(self) -> None:
        """Restore everything, in reverse order."""
        while self._replaced:
            owner, name, original = self._replaced.pop()
            if original is _INHERITED:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


class _References:
    """The modules that have imported a function under its own name: `from orjson import loads`.

    Each module is searched once for each function; so are those that are imported later.
    """

    def __init__(self) -> None:
        self._module_names: dict[str, set[str]] = {}
        self._modules: dict[str, int] = {}
        self._references: dict[str, list[tuple[Any, str]]] = {}

    def of(self, function: Any, name: str, home: str) -> list[tuple[Any, str]]:
        """Return the modules that have a function, with its name.

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
        return [
            (module, attribute) for module, attribute in references if vars(module).get(attribute) is function
        ]


_REFERENCES = _References()
