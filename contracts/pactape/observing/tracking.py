"""Objects and arrays that record their reads, and otherwise behave like the original `dict` and `list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from pactape.observing.compared_array import ComparedArray
from pactape.observing.tracked_views import TrackedItems, TrackedKeys, TrackedValues
from pactape.observing.unpacking import note_keys
from pactape.observing.usage import ITEM, Usage

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, KeysView, ValuesView

__all__ = ["TrackedArray", "TrackedObject", "track"]


def track(value: Any, usage: Usage) -> Any:
    """Return the JSON value `value`, recording in `usage` which parts of it are read.

    Args:
        value: The decoded JSON value; its objects and arrays are copied when they are reached.
        usage: Records the reads.

    Returns:
        A `dict` or `list` that is equal to `value`; a scalar is returned unchanged, and recorded as used.

    Example:
        >>> usage = Usage()
        >>> response = track({"id": 7, "posts": [{"title": "One", "body": "…"}]}, usage)
        >>> [post["title"] for post in response["posts"]]
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


class TrackedObject(dict[str, Any]):
    """A JSON object that records which of its keys are read.

    `repr` and `str` record nothing, because they show a value to a person. Neither do writes.
    """

    __slots__ = ("_usage",)
    _usage: Usage

    def __new__(cls, *arguments: Any, **entries: Any) -> Any:
        """Return a plain `dict` to other code that calls `type(response)(…)`, as `dataclasses.asdict` does."""
        return dict(*arguments, **entries)

    @property
    def usage(self) -> Usage:
        """The usage that reads are recorded in."""
        return self._usage

    def whole(self) -> None:
        """Record that everything is used."""
        self._usage.whole()

    def read(self, paths: tuple[str, ...] | None) -> None:
        """Record that the fields at these paths are used; everything if they are None."""
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

    def __delitem__(self, key: str) -> None:
        self._record_presence(key)
        super().__delitem__(key)

    def popitem(self) -> tuple[str, Any]:
        self.whole()
        return super().popitem()

    def __contains__(self, key: object) -> bool:
        is_present = super().__contains__(key)
        if is_present and isinstance(key, str):
            self._record_presence(key)
        else:
            self._usage.looked_into()
        return is_present

    def __iter__(self) -> Iterator[str]:
        self._usage.looked_into()
        for key in super().__iter__():
            self._record_presence(key)
            yield key

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # a view that calls this object
        note_keys(self, self._usage)
        return TrackedKeys(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # as above
        return TrackedValues(self)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]  # as above
        return TrackedItems(self)

    def __len__(self) -> int:
        self._usage.looked_into()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self.whole()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # unhashable, as dicts are

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

    def _record_presence(self, key: str) -> None:
        """Record the key's presence; a scalar counts as used by that, an object or array doesn't."""
        is_scalar = not isinstance(super().__getitem__(key), dict | list)
        usage = self._usage.below(key)
        if is_scalar:
            usage.whole()
        else:
            usage.looked_into()


class TrackedArray(ComparedArray):
    """A JSON array that records whether its items, and which parts of them, are read."""

    __slots__ = ("_usage",)
    _usage: Usage

    def __new__(cls, *arguments: Any) -> Any:
        """Return a plain `list` to other code, as `TrackedObject` does."""
        return list(*arguments)

    @property
    def usage(self) -> Usage:
        """The usage that reads are recorded in."""
        return self._usage

    def whole(self) -> None:
        """Record that everything is used."""
        self._usage.whole()

    def read(self, paths: tuple[str, ...] | None) -> None:
        """Record that the fields at these paths are used; everything if they are None."""
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
            if kind is dict:  # the same as `self[index]`, in one step: most arrays contain objects
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
        return (list, (self._items_used(),))


#: Code that distinguishes values by the name of their type, as jmespath does, must know them.
TrackedObject.__name__ = TrackedObject.__qualname__ = "dict"
TrackedArray.__name__ = TrackedArray.__qualname__ = "list"

_value_of = dict.__getitem__  # `super()` finds them at several times the cost
_put_item = list.__setitem__
_new_object, _fill_object = dict.__new__, dict.update
_new_array, _fill_array = list.__new__, list.extend
_SCALARS = frozenset({str, int, float, bool, type(None)})


def _tracked_object(value: dict[str, Any], usage: Usage) -> TrackedObject:
    tracked = _new_object(TrackedObject)
    _fill_object(tracked, value)
    tracked._usage = usage  # noqa: SLF001 -- private to this module
    return tracked


def _tracked_array(value: list[Any], usage: Usage) -> TrackedArray:
    tracked = _new_array(TrackedArray)
    _fill_array(tracked, value)
    tracked._usage = usage  # noqa: SLF001 -- private to this module
    return tracked
