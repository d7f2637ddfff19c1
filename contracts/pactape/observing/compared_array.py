"""Arrays whose comparisons and searches read all of their items."""

from __future__ import annotations

from typing import Any

__all__ = ["ComparedArray"]


class ComparedArray(list[Any]):
    """An array that records that everything is used when it is compared or searched."""

    __slots__ = ()

    def whole(self) -> None:
        """Record that everything is used."""
        raise NotImplementedError

    def __contains__(self, item: object) -> bool:
        return item in self._items_used()

    def index(self, *arguments: Any) -> int:
        return self._items_used().index(*arguments)

    def remove(self, item: Any) -> None:
        self.whole()
        super().remove(item)

    def count(self, item: Any) -> int:
        return self._items_used().count(item)

    def __eq__(self, other: object) -> bool:
        return self._items_used() == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: list[Any]) -> bool:
        return self._items_used() < other

    def __le__(self, other: list[Any]) -> bool:
        return self._items_used() <= other

    def __gt__(self, other: list[Any]) -> bool:
        return self._items_used() > other

    def __ge__(self, other: list[Any]) -> bool:
        return self._items_used() >= other

    __hash__ = None  # unhashable, as lists are

    def _items_used(self) -> list[Any]:
        """Return the items, and record that all are used."""
        self.whole()
        return [list.__getitem__(self, index) for index in range(super().__len__())]
