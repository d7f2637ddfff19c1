"""The users API over REST."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import BadRequest

from storefront.users.accounts import account_of
from storefront.users.content import Email, Locale, Name, Password, json_content, valid
from storefront.users.repository import UserRepository
from storefront.users.wire import timestamp

if TYPE_CHECKING:
    from storefront.database import Database
    from storefront.users.tables import User
    from storefront.users.user_events import Tell

__all__ = ["blueprint"]


class _NewUser(msgspec.Struct, forbid_unknown_fields=True):
    email: Email
    name: Name
    locale: Locale = "en-GB"
    password: Password | None = None


class _Changes(msgspec.Struct, forbid_unknown_fields=True):
    email: Email | msgspec.UnsetType = msgspec.UNSET
    name: Name | msgspec.UnsetType = msgspec.UNSET
    locale: Locale | msgspec.UnsetType = msgspec.UNSET


def blueprint(database: Database, *, tell: Tell) -> Blueprint:
    """The routes below /users; `tell` is told of each change."""
    routes = Blueprint("users", __name__, url_prefix="/users")

    @routes.post("")
    def create() -> Response:
        content = valid(json_content(), _NewUser)
        with database.transaction() as session:
            user = UserRepository(session).add(
                email=content.email, name=content.name, locale=content.locale, password=content.password
            )
            tell(session, "user.created", account_of(user))
        answer = _json(_wire(user), status=201)
        answer.headers["Location"] = url_for("users.get", id=str(user.id), _external=True)
        return answer

    @routes.get("")
    def find() -> Response:
        email = request.args.get("email")
        if not email or "\x00" in email:
            raise BadRequest("the query parameter email is missing or not an e-mail address")
        with database.transaction() as session:
            return _json({"items": [_wire(user) for user in UserRepository(session).find(email)]})

    @routes.get("/<id>")
    def get(id: str) -> Response:  # noqa: A002 -- the document's name
        with database.transaction() as session:
            return _json(_wire(UserRepository(session).get(id)))

    @routes.patch("/<id>")
    def change(id: str) -> Response:  # noqa: A002 -- as above
        changes = msgspec.structs.asdict(valid(json_content(), _Changes))
        given = {name: value for name, value in changes.items() if value is not msgspec.UNSET}
        with database.transaction() as session:
            user = UserRepository(session).change(id, given)
            if given:
                tell(session, "user.updated", account_of(user))
            return _json(_wire(user))

    @routes.delete("/<id>")
    def remove(id: str) -> Response:  # noqa: A002 -- as above
        with database.transaction() as session:
            users = UserRepository(session)
            # Changed by nothing, the user is locked: what is told is the last state.
            tell(session, "user.deleted", account_of(users.change(id, {})))
            users.remove(id)
        return Response(status=204)

    return routes


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
