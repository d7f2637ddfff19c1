"""Decodes tables of settings into models; unknown settings and values of the wrong type are rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, get_args

import msgspec

from pactape.errors import SettingsError
from pactape.pyproject_file import FILE_NAME

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["decode"]

_T = TypeVar("_T", bound=msgspec.Struct)


def decode(value: Any, model: type[_T], *, table_name: str, root: Path) -> _T:
    """Decode a table into a model.

    Args:
        value: The table.
        model: The class of the model.
        table_name: The table's name, for errors.
        root: The folder of the file.

    Raises:
        SettingsError: A setting is unknown, or has a value of another type.
    """
    if value == {} and len(model.__struct_defaults__) == len(model.__struct_fields__):
        return model()  # every setting has its default, and building the decoder takes a millisecond
    if isinstance(value, dict):
        _refuse_unknown(value, model.__struct_fields__, table_name=table_name, root=root)
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"{table_name}: {error}",
            where=root / FILE_NAME,
            remedy=_remedy(str(error), model),
        ) from None


def _remedy(error: str, model: type[Any]) -> str:
    """Return what to write instead, such as the choices of the setting."""
    name = error.rpartition("`$.")[2].rstrip("`").partition("[")[0]
    types = {field.name: field.type for field in msgspec.structs.fields(model)}
    if choices := _choices(types.get(name)):
        return f"write one of {', '.join(map(repr, choices))}"
    return "give the setting a value of the expected type (docs/reference/settings.md)"


def _choices(kind: Any) -> tuple[str, ...]:
    """Return the values of a Literal of texts, which may be the type of the members of a list or table."""
    arguments = get_args(kind)
    if arguments and all(isinstance(argument, str) for argument in arguments):
        return arguments
    return next((choices for argument in arguments if (choices := _choices(argument))), ())


def _refuse_unknown(
    value: dict[str, Any], field_names: tuple[str, ...], *, table_name: str, root: Path
) -> None:
    for name in value:
        if name in field_names:
            continue
        import difflib  # noqa: PLC0415 -- only needed for an error

        guess = "".join(
            f"did you mean {near!r}? " for near in difflib.get_close_matches(name, field_names, n=1)
        )
        raise SettingsError(
            f"{table_name} has an unknown setting {name!r}",
            where=root / FILE_NAME,
            remedy=f"{guess}the valid settings are {', '.join(sorted(field_names))}",
        )
