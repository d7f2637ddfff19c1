"""Converters that read records in ways of their own: dacite's configuration, and cattrs' hooks."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["PLAIN", "CattrsReading", "DaciteReading", "Reading"]


class Reading(Protocol):
    """How a converter reads records."""

    def key(self, record: Any, name: str) -> str:
        """Return the JSON key that a field is read from."""

    def forbids_others(self, record: Any) -> bool:
        """Return whether an object with other keys than the fields is refused."""

    def is_opaque(self, record: Any) -> bool:
        """Return whether code that can't be seen through reads the raw object."""


class _PlainReading:
    """Reads each field from the key of its name, and says no more than the record itself."""

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
        """Return the key, as `convert_key` has it."""
        convert = getattr(self._config, "convert_key", None)
        return str(convert(name)) if convert is not None else name

    def forbids_others(self, _record: Any) -> bool:
        """Return whether the configuration is strict."""
        return bool(getattr(self._config, "strict", False))

    def is_opaque(self, record: Any) -> bool:
        """Return whether a type hook takes the raw object."""
        return record in getattr(self._config, "type_hooks", {})


class CattrsReading(_PlainReading):
    """Reads as a converter of cattrs does.

    Args:
        converter: A `cattrs.BaseConverter`.
    """

    def __init__(self, converter: Any) -> None:
        self._converter = converter

    def key(self, record: Any, name: str) -> str:
        """Return the key, as `override(rename=…)` or `use_alias` has it."""
        override = (self._overrides(record) or {}).get(name)
        renamed = getattr(override, "rename", None)
        if renamed is None and getattr(self._converter, "use_alias", False):
            fields = getattr(record, "__attrs_attrs__", ())
            renamed = next((each.alias for each in fields if each.name == name), None)
        return name if renamed is None else str(renamed)

    def forbids_others(self, _record: Any) -> bool:
        """Return whether the converter forbids other keys; a hook that does so by itself is not known."""
        return bool(getattr(self._converter, "forbid_extra_keys", False))

    def is_opaque(self, record: Any) -> bool:
        """Return whether a hook of the consumer takes the raw object."""
        return self._overrides(record) is None

    def _overrides(self, record: Any) -> Any:
        """What a generated hook was made with; None for a hook that somebody wrote."""
        hook = self._converter.get_structure_hook(record)
        is_built_in = getattr(hook, "__self__", None) is self._converter
        return getattr(hook, "overrides", {} if is_built_in else None)
