"""Replaces functions while observing, and restores them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Replacements", "stand_in_class"]

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

    def instances(self, kind: type, make: Callable[[Any], Any]) -> None:
        """Replace the instances of a class that are attributes of modules and of their classes."""
        for owner, name in _INSTANCES.of(kind):
            instance = vars(owner)[name]
            self._replaced.append((owner, name, instance))
            setattr(owner, name, make(instance))

    def undo(self) -> None:
        """Restore everything, in reverse order."""
        while self._replaced:
            owner, name, original = self._replaced.pop()
            if original is _INHERITED:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


def stand_in_class(original: Any, create: Callable[..., Any], *kinds: type) -> Any:
    """Return a class that creates objects in another way, and that instances of the original belong to.

    Args:
        original: The class that it stands in for.
        create: Called in place of the class.
        kinds: Other classes whose instances belong to it.
    """

    class _Kind(type):
        def __call__(cls, *arguments: Any, **options: Any) -> Any:
            return create(*arguments, **options)

        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, (original, *kinds))

        def __getitem__(cls, item: Any) -> Any:
            return original[item]

    return _Kind(original.__name__, (), {"__module__": original.__module__, "__doc__": original.__doc__})


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


class _Instances:
    """The attributes of modules, and of their classes, that are instances of a class.

    Each module is searched once for each class; so are those that are imported later.
    """

    def __init__(self) -> None:
        self._module_names: dict[type, set[str]] = {}
        self._found: dict[type, list[tuple[Any, str]]] = {}

    def of(self, kind: type) -> list[tuple[Any, str]]:
        """Return the modules and classes that have an instance, with its name."""
        module_names = self._module_names.setdefault(kind, set())
        found = self._found.setdefault(kind, [])
        for module_name in sys.modules.keys() - module_names:
            module_names.add(module_name)
            found += [
                (owner, name)
                for owner in _owners(module_name)
                for name, value in list(vars(owner).items())
                if type(value) is kind
            ]
        return [(owner, name) for owner, name in found if type(vars(owner).get(name)) is kind]


def _owners(module_name: str) -> list[Any]:
    """Return a module and the classes that are defined in it."""
    module: Any = sys.modules.get(module_name)
    if not hasattr(module, "__dict__"):
        return []
    members = list(vars(module).values())
    return [
        module,
        *(member for member in members if isinstance(member, type) and member.__module__ == module_name),
    ]


_REFERENCES = _References()
_INSTANCES = _Instances()
