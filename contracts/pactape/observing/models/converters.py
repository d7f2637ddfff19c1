"""Converters with their own rules: dacite's configuration, and cattrs' hooks."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["PLAIN", "CattrsReading", "DaciteReading", "Reading"]


class Reading(Protocol):
    """How a converter reads records."""

    def key(self, record: Any, name: str) -> str:
        """Return the JSON key that a field is read from."""

    def forbids_others(self, record: Any) -> bool:
        """Return whether an object with keys other than the fields is rejected."""

    def is_opaque(self, record: Any) -> bool:
        """Return whether custom code reads the raw object."""


class _PlainReading:
    """Reads each field from the key of its name, without further rules."""

    def key(self, _record: Any, name: str) -> str:
        return name

    def forbids_others(self, _record: Any) -> bool:
        return False

    def is_opaque(self, _record: Any) -> bool:
        return False


PLAIN: Reading = _PlainReading()


class DaciteReading(_PlainReading):
    """Reads as dacite does.

    Args:
        config: A `dacite.Config`; None for dacite's defaults.
    """

    def __init__(self, config: Any) -> None:
        self._config = config

    def key(self, _record: Any, name: str) -> str:
        """Return the key according to `convert_key`."""
        convert = getattr(self._config, "convert_key", None)
        return str(convert(name)) if convert is not None else name

    def forbids_others(self, _record: Any) -> bool:
        """Return whether the configuration is strict."""
        return bool(getattr(self._config, "strict", False))

    def is_opaque(self, record: Any) -> bool:
        """Return whether a type hook reads the raw object."""
        return record in getattr(self._config, "type_hooks", {})


class CattrsReading(_PlainReading):
    """Reads as a converter of cattrs does.

    Args:
        converter: A `cattrs.BaseConverter`.
    """

    def __init__(self, converter: Any) -> None:
        self._converter = converter

    def key(self, record: Any, name: str) -> str:
        """Return the key according to `override(rename=…)` or `use_alias`."""
        override = (self._overrides(record) or {}).get(name)
        renamed = getattr(override, "rename", None)
        if renamed is None and getattr(self._converter, "use_alias", False):
            fields = getattr(record, "__attrs_attrs__", ())
            renamed = next((field.alias for field in fields if field.name == name), None)
        return name if renamed is None else str(renamed)

    def forbids_others(self, _record: Any) -> bool:
        """Return whether the converter forbids other keys; hooks that do so are not detected."""
        return bool(getattr(self._converter, "forbid_extra_keys", False))

    def is_opaque(self, record: Any) -> bool:
        """Return whether a hook of the consumer reads the raw object."""
        return self._overrides(record) is None

    def _overrides(self, record: Any) -> Any:
        """Return the overrides of a generated hook; None for a handwritten one."""
        converter: Any = self._converter
        is_old = not hasattr(converter, "get_structure_hook")  # cattrs before 24.1
        find = converter._structure_func.dispatch if is_old else converter.get_structure_hook  # noqa: SLF001 -- as above
        hook = find(record)
        is_built_in = getattr(hook, "__self__", None) is self._converter
        return getattr(hook, "overrides", {} if is_built_in else None)
