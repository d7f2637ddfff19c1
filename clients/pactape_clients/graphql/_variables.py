"""Encodes the variables of an operation, and separates the files in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from pactape_clients.caller_code.callbacks import error_text, passes_through
from pactape_clients.caller_code.values import dict_of
from pactape_clients.errors import DocumentError
from pactape_clients.wire import Upload

if TYPE_CHECKING:
    from pactape_clients.graphql._documents import Document

__all__ = ["Variables", "plain_variables", "refuse_uploads", "split_uploads"]

Variables = Mapping[str, Any] | msgspec.Struct | None


def plain_variables(variables: Any) -> Mapping[str, Any]:
    """Return variables as a mapping by their encoded names.

    Raises:
        DocumentError: They are not a mapping, a struct or a pydantic model.
    """
    if variables is None:
        return {}
    if isinstance(variables, msgspec.Struct):
        return _fields_of(variables)
    if isinstance(variables, Mapping):
        return dict_of("variables", variables)
    dump = getattr(variables, "model_dump", None)
    if callable(dump):
        return _dump(dump)
    raise DocumentError(f"variables must be a mapping or a struct, not {type(variables).__name__}")


def _dump(dump: Callable[..., Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return dump(mode="json", by_alias=True)
    except Exception as error:
        if passes_through(error):
            raise
        failure = DocumentError(f"the variables can't be encoded: the model {error_text(error)}")
    raise failure


def _fields_of(struct: msgspec.Struct) -> dict[str, Any]:
    """Return the fields by their encoded names, with unchanged uploads."""
    omitted = _omitted_fields(struct)
    return {
        wire: getattr(struct, name)
        for name, wire in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True)
        if name not in omitted and getattr(struct, name) is not msgspec.UNSET
    }


def _omitted_fields(struct: msgspec.Struct) -> set[str]:
    if not struct.__struct_config__.omit_defaults:
        return set()
    return {
        field.name
        for field in msgspec.structs.fields(struct)
        if field.default is not msgspec.NODEFAULT and getattr(struct, field.name) == field.default
    }


def split_uploads(value: Any, path: str = "variables") -> tuple[Any, list[tuple[str, Upload]]]:
    """Return the value with null instead of each upload, and the uploads by path.

    Example:
        >>> split_uploads({"file": Upload(content=b"", name="a.txt")})[0]
        {'file': None}
    """
    if isinstance(value, Upload):
        return None, [(path, value)]
    if isinstance(value, msgspec.Struct) and _may_hold_uploads(value):
        value = _fields_of(value)
    uploads_by_path: list[tuple[str, Upload]] = []
    if isinstance(value, Mapping):
        members: dict[str, Any] = {}
        for name, child in value.items():
            members[name], uploads = split_uploads(child, f"{path}.{name}")
            uploads_by_path += uploads
        return (members if uploads_by_path else value), uploads_by_path
    if isinstance(value, list | tuple):
        items = []
        for index, element in enumerate(value):
            item, uploads = split_uploads(element, f"{path}.{index}")
            items.append(item)
            uploads_by_path += uploads
        return (items if uploads_by_path else value), uploads_by_path
    return value, uploads_by_path


def refuse_uploads(document: Document, variables: Any) -> None:
    """Reject uploads in a query.

    Raises:
        DocumentError: The query has an upload.
    """
    if document.kind == "query" and split_uploads(variables)[1]:
        raise DocumentError(f"{document.name} is a query with an upload. Fix: upload files with a mutation")


def _may_hold_uploads(struct: msgspec.Struct) -> bool:
    """Return whether a struct may contain uploads; one with only plain values is encoded as a whole."""
    return any(
        isinstance(getattr(struct, name, None), Upload | msgspec.Struct | Mapping | list | tuple)
        for name in struct.__struct_fields__
    )
