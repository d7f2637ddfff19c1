"""Views of a tracked object, which read it through its own methods and otherwise behave like those of `dict`."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from types import MappingProxyType
from typing import Any

__all__ = ["TrackedItems", "TrackedKeys", "TrackedValues"]


class _View:
    """What the views of `dict` have beyond those of other mappings."""

    _mapping: dict[str, Any]

    @property
    def mapping(self) -> MappingProxyType[str, Any]:
        return MappingProxyType(self._mapping)


class TrackedKeys(_View, KeysView[str]):
    """The keys of a tracked object."""

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._mapping)


class TrackedValues(_View, ValuesView[Any]):
    """The values of a tracked object."""

    def __reversed__(self) -> Iterator[Any]:
        return (self._mapping[key] for key in reversed(self._mapping))


class TrackedItems(_View, ItemsView[str, Any]):
    """The keys and values of a tracked object."""

    def __reversed__(self) -> Iterator[tuple[str, Any]]:
        return ((key, self._mapping[key]) for key in reversed(self._mapping))
