"""Patches of encoders, which read values completely: those in C without calling methods of the values."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.plain_values import plain
from pactape.observing.tracking import TrackedArray, TrackedObject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.observing.library_patches.replacing import Replacements

__all__ = ["observe_encoders", "use_whole"]

_TRACKED = (TrackedObject, TrackedArray)
#: Functions in C that encode their first argument.
_IN_C = (
    ("msgspec", "to_builtins"),
    ("msgspec.json", "encode"),
    ("msgspec.msgpack", "encode"),
    ("orjson", "dumps"),
    ("ujson", "dumps"),
    ("ujson", "dump"),
    ("ujson", "encode"),
    ("rapidjson", "dumps"),
    ("rapidjson", "dump"),
)
#: Modules with an encoder of YAML, whose safe form only accepts values of known types.
_OF_YAML = ("yaml.representer", "ruamel.yaml.representer")


def observe_encoders(replacements: Replacements) -> None:
    """Observe that encoders read responses, or parts of them, completely."""
    for module, name in _IN_C:
        replacements.function(sys.modules.get(module), name, _encoding)
    for module in _OF_YAML:
        representer = getattr(sys.modules.get(module), "BaseRepresenter", None)
        replacements.attribute(representer, "represent_data", _representing)


def use_whole(value: Any) -> None:
    """Record that the parts of responses that a value has, at any depth, are used completely."""
    if isinstance(value, _TRACKED):
        value.whole()
    elif isinstance(value, dict):
        for item in value.values():
            use_whole(item)
    elif isinstance(value, list | tuple):
        for item in value:
            use_whole(item)
    elif not isinstance(value, type):
        fields: Iterable[str] = getattr(
            value, "__struct_fields__", getattr(value, "__dataclass_fields__", ())
        )
        for name in fields:
            use_whole(getattr(value, name, None))


def _encoding(original: Any) -> Any:
    @wraps(original)
    def encode(*arguments: Any, **options: Any) -> Any:
        use_whole((*arguments[:1], *options.values()))
        return original(*arguments, **options)

    return encode


def _representing(original: Any) -> Any:
    @wraps(original)
    def represent_data(self: Any, data: Any) -> Any:
        use_whole(data)
        return original(self, plain(data) if isinstance(data, _TRACKED) else data)

    return represent_data
