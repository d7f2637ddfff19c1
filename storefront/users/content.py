"""The content of requests: validated JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import msgspec
from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from storefront.users.problems import InvalidContentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Email", "Locale", "Name", "Password", "Text", "Title", "json_content", "valid"]

Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+\Z", max_length=254)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*[^\s\x00][^\x00]*\Z", max_length=200)]
Locale = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z", max_length=35)]
Password = Annotated[str, msgspec.Meta(min_length=8, max_length=128)]
Title = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*[^\s\x00][^\x00]*\Z", max_length=200)]
Text = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*\Z")]
_RULES = {
    "email": "write an e-mail address of at most 254 characters",
    "name": "write a name of 1 to 200 characters",
    "locale": 'write a language tag, "en-GB", of at most 35 characters',
    "password": "write a password of 8 to 128 characters",
    "title": "write a title of 1 to 200 characters",
    "content": "remove the character NUL",
}
_T = TypeVar("_T", bound=msgspec.Struct)


def json_content() -> Any:
    """Decode the current request's body.

    Raises:
        UnsupportedMediaType: The Content-Type is not application/json.
        BadRequest: The body is not JSON (RFC 8259) in UTF-8.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send application/json")
    body = request.get_data()
    request.stream.read(1)  # a chunked body is cut at the limit: reading past it raises 413
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest("the content is not JSON") from error


def valid(content: Any, model: type[_T]) -> _T:
    """Convert `content` to a `model`.

    Raises:
        InvalidContentError: The content is not an object, or fields are missing, unknown or invalid; lists each.
    """
    if not isinstance(content, dict):
        raise InvalidContentError([{"field": "", "message": "send an object"}])
    errors = [{"field": field, "message": message} for field, message in _mistakes(content, model)]
    if errors:
        raise InvalidContentError(errors)
    return msgspec.convert(content, model)


def _mistakes(content: Mapping[str, Any], model: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    types = get_type_hints(model, include_extras=True)
    for field in msgspec.structs.fields(model):
        if field.name not in content:
            if field.required:
                yield field.name, _RULES[field.name]
            continue
        try:
            msgspec.convert(content[field.name], types[field.name])
        except msgspec.ValidationError:
            yield field.name, _RULES[field.name]
    yield from ((name, "there is no such field") for name in content if name not in types)
