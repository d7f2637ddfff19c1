"""The variables of an operation as they are on the wire, and the files among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.errors import DocumentError
from pactape_clients.wire import Upload

if TYPE_CHECKING:
    from pactape_clients.graphql._documents import Document

__all__ = ["Variables", "plain_variables", "refuse_uploads", "split_uploads"]

Variables = Mapping[str, Any] | msgspec.Struct | None


def plain_variables(variables: Any) -> Mapping[str, Any]:
    """Return variables as a mapping of the names on the wire.

    Raises:
        DocumentError: They are not a mapping, a struct or a pydantic model.
    """
    if variables is None:
        return {}
    if isinstance(variables, msgspec.Struct):
        return _fields_of(variables)
    if isinstance(variables, Mapping):
        return variables
    dump = getattr(variables, "model_dump", None)
    if callable(dump):
        found: Mapping[str, Any] = dump(mode="json", by_alias=True)
        return found
    raise DocumentError(f"variables must be a mapping or a struct, not {type(variables).__name__}")


def _fields_of(struct: msgspec.Struct) -> dict[str, Any]:
    """Return the fields by their names on the wire, with uploads as they are."""
    omitted = _omitted(struct)
    return {
        wire: getattr(struct, name)
        for name, wire in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True)
        if name not in omitted and getattr(struct, name) is not msgspec.UNSET
    }


def _omitted(struct: msgspec.Struct) -> set[str]:
    if not struct.__struct_config__.omit_defaults:
        return set()
    return {
        each.name
        for each in msgspec.structs.fields(struct)
        if each.default is not msgspec.NODEFAULT and getattr(struct, each.name) == each.default
    }


def split_uploads(value: Any, path: str = "variables") -> tuple[Any, list[tuple[str, Upload]]]:
    """Return the value with null in the place of each upload, and the uploads by their paths.

    Example:
        >>> split_uploads({"file": Upload(content=b"", name="a.txt")})[0]
        {'file': None}
    """
    if isinstance(value, Upload):
        return None, [(path, value)]
    if isinstance(value, msgspec.Struct) and _may_hold_uploads(value):
        value = _fields_of(value)
    found: list[tuple[str, Upload]] = []
    if isinstance(value, Mapping):
        kept: dict[str, Any] = {}
        for name, each in value.items():
            kept[name], uploads = split_uploads(each, f"{path}.{name}")
            found += uploads
        return (kept if found else value), found
    if isinstance(value, list | tuple):
        items = []
        for index, each in enumerate(value):
            item, uploads = split_uploads(each, f"{path}.{index}")
            items.append(item)
            found += uploads
        return (items if found else value), found
    return value, found


def refuse_uploads(document: Document, variables: Any) -> None:
    """Refuse uploads in a query.

    Raises:
        DocumentError: There is one.
    """
    if document.kind == "query" and split_uploads(variables)[1]:
        raise DocumentError(f"{document.name} is a query with an upload. Fix: upload files with a mutation")


def _may_hold_uploads(struct: msgspec.Struct) -> bool:
    """Return whether a struct is better taken apart: one that holds nothing but plain values is encoded whole."""
    return any(
        isinstance(getattr(struct, name, None), Upload | msgspec.Struct | Mapping | list | tuple)
        for name in struct.__struct_fields__
    )
