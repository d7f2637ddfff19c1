"""The content of requests and responses: validated JSON, with decimals as numbers."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from flask import Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from storefront.amounts import encoded, is_amount
from storefront.framework.problems import InvalidContentError, RefusalError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "Address",
    "Identifier",
    "Item",
    "Line",
    "NotFoundError",
    "check_amount",
    "json_content",
    "json_response",
    "row_id",
    "whole_seconds",
]

#: A single line of visible text.
Line = Annotated[
    str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*\Z", max_length=200)
]
#: The identifier of another service's resource.
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,100}\Z")]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_PLACE = re.compile(r"^(?P<message>.*?)(?: - at `(?P<field>.*)`)?$", re.DOTALL)
_T = TypeVar("_T", bound=msgspec.Struct)


class NotFoundError(RefusalError):
    """The resource doesn't exist."""

    status = 404


class Item(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A product, its quantity and its unit price."""

    product_id: Identifier
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    price: Decimal

    def __post_init__(self) -> None:
        check_amount(self.price)


class Address(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A shipping address."""

    street: Line
    city: Line
    zip_code: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9 -]{3,10}\Z")]


def check_amount(value: Decimal) -> None:
    """For `__post_init__` of content.

    Raises:
        ValueError: The value is not an amount.
    """
    if not is_amount(value):
        raise ValueError("an amount is a number from 0 to 9999999.99 with at most two decimals")


def json_content(model: type[_T]) -> _T:
    """Decode the current request's body as a `model`.

    Raises:
        UnsupportedMediaType: The Content-Type is not application/json.
        BadRequest: The body is not JSON (RFC 8259) in UTF-8.
        InvalidContentError: The value doesn't fit the model.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send application/json")
    body = request.get_data()
    request.stream.read(1)  # a chunked body is cut at the limit: reading past it raises 413
    try:
        value = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ArithmeticError) as error:
        raise BadRequest("the content is not JSON") from error
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        match = _PLACE.match(str(error))
        message, field = match.group("message", "field") if match else (str(error), None)
        raise InvalidContentError([{"field": field or "$", "message": message}]) from error


def json_response(value: Any, *, status: int = 200) -> Response:
    """Return a response with a JSON body."""
    return Response(encoded(value), status=status, content_type="application/json")


def row_id(text: str, *, what: str) -> uuid.UUID:
    """Parse the UUID in a path.

    Raises:
        NotFoundError: It is not a UUID.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError(f"there is no {what} {text[:100]}") from None


def whole_seconds(moment: datetime) -> datetime:
    """Truncate a time to whole seconds, as in responses."""
    return moment.replace(microsecond=0)
