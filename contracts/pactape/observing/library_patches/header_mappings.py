"""Header mappings of any library that record which headers are read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_read_by_library, is_read_while_sending
from pactape.observing.reading_contexts import internal, presence

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["observed_headers"]

_OF_ONE = ("__getitem__", "get", "getone", "getall", "get_list", "getlist", "get_all")
_OF_ALL = ("items", "values", "multi_items", "lower_items", "iteritems", "itermerged")


def observed_headers(headers: Any, note: Callable[[str], None]) -> Any:
    """Return a library's headers as an object of the same kind that records the names that are read.

    Args:
        headers: A mapping; an observed one is returned unchanged.
        note: Called with each name that is read.
    """
    if headers is None or hasattr(headers, "_pactape_note"):
        return headers
    kind = _observed_class(type(headers))  # type: ignore[arg-type]  # classes can be hashed
    if hasattr(headers, "__dict__"):
        observed: Any = object.__new__(kind)
        observed.__dict__.update(vars(headers))
    else:
        observed = kind(headers)
    observed._pactape_note = note  # noqa: SLF001 -- ours
    return observed


@lru_cache(maxsize=16)
def _observed_class(plain: Any) -> Any:
    members = {name: _reading_one(getattr(plain, name)) for name in _OF_ONE if hasattr(plain, name)}
    members |= {name: _reading_all(getattr(plain, name)) for name in _OF_ALL if hasattr(plain, name)}
    members |= {name: _printing(getattr(plain, name)) for name in ("__repr__", "__str__")}
    members["__contains__"] = _testing_presence(plain.__contains__)
    return type(plain.__name__, (plain,), members)


def _reading_one(original: Any) -> Any:
    def read(self: Any, name: Any, *arguments: Any, **options: Any) -> Any:
        if is_read_while_sending():
            with internal():
                return original(self, name, *arguments, **options)
        _note(self, name)
        return original(self, name, *arguments, **options)

    return read


def _reading_all(original: Any) -> Any:
    def read(self: Any, *arguments: Any, **options: Any) -> Any:
        for name in () if is_read_by_library() else self:
            _note(self, name)
        return original(self, *arguments, **options)

    return read


def _testing_presence(original: Any) -> Any:
    def __contains__(self: Any, name: Any) -> bool:  # noqa: N807 -- replaces that method
        with internal() if is_read_while_sending() else presence():
            _note(self, name)
            return bool(original(self, name))

    return __contains__


def _printing(original: Any) -> Any:
    def show(self: Any) -> str:
        with internal():
            return str(original(self))

    return show


def _note(headers: Any, name: Any) -> None:
    note = getattr(headers, "_pactape_note", None)  # a copy that the library made in its own way has none
    if note is not None:
        note(str(name))
