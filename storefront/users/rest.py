"""The users API over REST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from storefront.users.problems import InvalidContentError
from storefront.users.repository import UserRepository
from storefront.users.wire import timestamp

if TYPE_CHECKING:
    from storefront.database import Database
    from storefront.users.tables import User

__all__ = ["blueprint"]

_Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$", max_length=254)]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", max_length=200)]
_Locale = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
_RULES = {
    "email": "write an e-mail address of at most 254 characters",
    "name": "write a name of 1 to 200 characters",
    "locale": 'write a language tag, "en-GB", of at most 35 characters',
}
_T = TypeVar("_T")


class _NewUser(msgspec.Struct, forbid_unknown_fields=True):
    email: _Email
    name: _Name
    locale: _Locale = "en-GB"


class _Changes(msgspec.Struct, forbid_unknown_fields=True):
    email: _Email | None = None
    name: _Name | None = None
    locale: _Locale | None = None


def blueprint(database: Database) -> Blueprint:
    """The routes below /users."""
    routes = Blueprint("users", __name__, url_prefix="/users")

    @routes.post("")
    def create() -> Response:
        content = _content(_NewUser)
        with database.transaction() as session:
            user = UserRepository(session).add(email=content.email, name=content.name, locale=content.locale)
        answer = _json(_wire(user), status=201)
        answer.headers["Location"] = url_for("users.get", user_id=str(user.id), _external=True)
        return answer

    @routes.get("")
    def find() -> Response:
        email = request.args.get("email")
        if not email or "\x00" in email:
            raise BadRequest("the query parameter email is missing or not an e-mail address")
        with database.transaction() as session:
            return _json({"items": [_wire(user) for user in UserRepository(session).find(email)]})

    @routes.get("/<user_id>")
    def get(user_id: str) -> Response:
        with database.transaction() as session:
            return _json(_wire(UserRepository(session).get(user_id)))

    @routes.patch("/<user_id>")
    def change(user_id: str) -> Response:
        content = _content(_Changes)
        with database.transaction() as session:
            changed = UserRepository(session).change(
                user_id, email=content.email, name=content.name, locale=content.locale
            )
            return _json(_wire(changed))

    @routes.delete("/<user_id>")
    def remove(user_id: str) -> Response:
        with database.transaction() as session:
            UserRepository(session).remove(user_id)
        return Response(status=204)

    return routes


def _content(model: type[_T]) -> _T:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("send application/json")
    try:
        value = json.loads(request.get_data())
    except ValueError as error:
        raise BadRequest("the content is not JSON") from error
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        raise InvalidContentError([_field_error(str(error))]) from error


def _field_error(message: str) -> dict[str, str]:
    """Msgspec's message, "Expected `str`, got `int` - at `$.email`", as field and message."""
    text, _, place = message.partition(" - at `$")
    field = place.strip(".`")
    return {"field": field, "message": _RULES.get(field, text)}


def _wire(user: User) -> dict[str, str]:
    return {
        "id": str(user.id),
        "email": user.email,
        "name": user.name,
        "locale": user.locale,
        "createdAt": timestamp(user.created_at),
        "updatedAt": timestamp(user.updated_at),
    }


def _json(value: Any, *, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, content_type="application/json")
