"""Objects and arrays that note what is read of them, and otherwise are the `dict` and `list` that they were."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from contextvars import ContextVar
from typing import Any, SupportsIndex, overload

from pactape.observing.usage import ITEM, Usage, UsageState

__all__ = ["TrackedArray", "TrackedObject", "track", "unpacked"]


def track(value: Any, usage: Usage) -> Any:
    """The JSON value `value`, noting in `usage` what is read of it.

    Args:
        value: As a JSON decoder returns it; its objects and arrays are copied when they are reached.
        usage: Where reads are noted.

    Returns:
        A `dict` or `list` that is equal to `value`; a scalar unchanged, noted as used.

    Example:
        >>> usage = Usage()
        >>> answer = track({"id": 7, "posts": [{"title": "One", "body": "…"}]}, usage)
        >>> [post["title"] for post in answer["posts"]]
        ['One']
        >>> usage.paths()
        ('posts[].title',)
    """
    kind = type(value)
    if kind is dict:
        return _tracked_object(value, usage)
    if kind is list:
        return _tracked_array(value, usage)
    if kind is not TrackedObject and kind is not TrackedArray:
        usage.whole()
    return value


def unpacked(data: dict[str, Any]) -> TrackedObject | None:
    """Return the object that became keyword arguments just now, with nothing noted of that; None if there is none.

    Python reads each key of an object to pass it on as `function(**answer)`.
    """
    last_keys = _LAST_KEYS.get()
    if last_keys is None or dict.keys(last_keys[0]) != data.keys():
        return None
    answer, state = last_keys
    if any(dict.__getitem__(answer, key) is not value for key, value in data.items()):
        return None
    _LAST_KEYS.set(None)
    answer._usage.restore(state)  # noqa: SLF001 -- of this module
    return answer


class TrackedObject(dict[str, Any]):
    """A JSON object that notes which of its keys are read.

    `repr` and `str` note nothing: they show a value, to a person. Writing notes nothing, either.
    """

    __slots__ = ("_usage",)
    _usage: Usage

    def whole(self) -> None:
        """Note that everything is used."""
        self._usage.whole()

    def read(self, paths: tuple[str, ...] | None) -> None:
        """Note that what these paths name is used; everything, when they are None."""
        self._usage.read(paths)

    def __getitem__(self, key: str) -> Any:
        value = _value_of(self, key)
        if type(value) in _SCALARS:
            self._usage.used(key)
            return value
        tracked = track(value, self._usage.below(key))
        if tracked is not value:
            super().__setitem__(key, tracked)
        return tracked

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            return default
        return self[key]

    def setdefault(self, key: str, default: Any = None) -> Any:
        super().setdefault(key, default)
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        value = self.get(key, *default)
        super().pop(key, *default)
        return value

    def popitem(self) -> tuple[str, Any]:
        self.whole()
        return super().popitem()

    def __contains__(self, key: object) -> bool:
        is_present = super().__contains__(key)
        if is_present and isinstance(key, str):
            self._seen(key)
        else:
            self._usage.looked_into()
        return is_present

    def __iter__(self) -> Iterator[str]:
        self._usage.looked_into()
        for key in super().__iter__():
            self._seen(key)
            yield key

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # a view that asks this object
        _LAST_KEYS.set((self, self._usage.state))
        return KeysView(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # as above
        return ValuesView(self)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]  # as above
        return ItemsView(self)

    def __len__(self) -> int:
        self._usage.looked_into()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self.whole()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # as a dict's

    def __or__(self, other: Any) -> Any:
        return {**self} | other

    def __ror__(self, other: Any) -> Any:
        return other | {**self}

    def copy(self) -> TrackedObject:
        raw = {key: super(TrackedObject, self).__getitem__(key) for key in super().__iter__()}
        return _tracked_object(raw, self._usage)

    __copy__ = copy

    def __reduce_ex__(self, _protocol: SupportsIndex) -> Any:
        self.whole()
        return (dict, (list(self.items()),))

    def _seen(self, key: str) -> None:
        """Note that the key is there; a scalar's value counts as used with it, an object or array does not."""
        usage = self._usage.below(key)
        if isinstance(super().__getitem__(key), dict | list):
            usage.looked_into()
        else:
            usage.whole()


class TrackedArray(list[Any]):
    """A JSON array that notes whether its items are read, and what of them."""

    __slots__ = ("_usage",)
    _usage: Usage

    def whole(self) -> None:
        """Note that everything is used."""
        self._usage.whole()

    def read(self, paths: tuple[str, ...] | None) -> None:
        """Note that what these paths name is used; everything, when they are None."""
        self._usage.read(paths)

    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        value = super().__getitem__(index)
        if isinstance(index, slice):
            return _tracked_array(value, self._usage)
        tracked = track(value, self._usage.below(ITEM))
        if tracked is not value:
            super().__setitem__(index, tracked)
        return tracked

    def __iter__(self) -> Iterator[Any]:
        usage = self._usage
        usage.looked_into()
        for index, value in enumerate(super().__iter__()):
            kind = type(value)
            if kind is dict:  # as `self[index]` would, in one step: most arrays are of objects
                tracked = _tracked_object(value, usage.below(ITEM))
                _put_item(self, index, tracked)
                yield tracked
            elif kind in _SCALARS:
                usage.used(ITEM)
                yield value
            else:
                yield self[index]

    def __reversed__(self) -> Iterator[Any]:
        return iter(list(self)[::-1])

    def pop(self, index: SupportsIndex = -1) -> Any:
        value = self[index]
        super().pop(index)
        return value

    def sort(self, **options: Any) -> None:
        items = list(self)
        items.sort(**options)
        super().__setitem__(slice(None), items)

    def __len__(self) -> int:
        self._usage.looked_into()
        return super().__len__()

    def __contains__(self, item: object) -> bool:
        return item in list(self._wholly())

    def index(self, *arguments: Any) -> int:
        return self._wholly().index(*arguments)

    def count(self, item: Any) -> int:
        return self._wholly().count(item)

    def __eq__(self, other: object) -> bool:
        return self._wholly() == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: list[Any]) -> bool:
        return self._wholly() < other

    def __le__(self, other: list[Any]) -> bool:
        return self._wholly() <= other

    def __gt__(self, other: list[Any]) -> bool:
        return self._wholly() > other

    def __ge__(self, other: list[Any]) -> bool:
        return self._wholly() >= other

    __hash__ = None  # as a list's

    def __add__(self, other: list[Any]) -> list[Any]:
        return [*self, *other]

    def __radd__(self, other: list[Any]) -> list[Any]:
        return [*other, *self]

    def __mul__(self, times: SupportsIndex) -> list[Any]:
        return list(self) * times

    __rmul__ = __mul__

    def copy(self) -> TrackedArray:
        return _tracked_array(super().copy(), self._usage)

    __copy__ = copy

    def __reduce_ex__(self, _protocol: SupportsIndex) -> Any:
        return (list, (self._wholly(),))

    def _wholly(self) -> list[Any]:
        """The items, all of which are used."""
        self.whole()
        return [list.__getitem__(self, index) for index in range(super().__len__())]


#: The object whose keys were asked for last, and what had been noted of it before.
_LAST_KEYS: ContextVar[tuple[TrackedObject, UsageState] | None] = ContextVar(
    "pactape_last_keys", default=None
)
_value_of = dict.__getitem__  # what `super()` finds at several times the cost
_put_item = list.__setitem__
_SCALARS = frozenset({str, int, float, bool, type(None)})


def _tracked_object(value: dict[str, Any], usage: Usage) -> TrackedObject:
    """Made without an `__init__` in Python, which would double the cost of an object."""
    tracked = TrackedObject(value)
    tracked._usage = usage  # noqa: SLF001 -- of this module
    return tracked


def _tracked_array(value: list[Any], usage: Usage) -> TrackedArray:
    tracked = TrackedArray(value)
    tracked._usage = usage  # noqa: SLF001 -- of this module
    return tracked
