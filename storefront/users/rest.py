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
    from storefront.users.user_events import Publish

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


def blueprint(database: Database, *, publish: Publish) -> Blueprint:
    """Return the routes below /users.

    Args:
        database: With all migrations applied.
        publish: Called with each change of a user, in its transaction.
    """
    users = _Users(database, publish)
    routes = Blueprint("users", __name__, url_prefix="/users")
    routes.post("", endpoint="create")(users.create)
    routes.get("", endpoint="find")(users.find)
    routes.get("/<id>", endpoint="get")(users.get)
    routes.patch("/<id>", endpoint="change")(users.change)
    routes.delete("/<id>", endpoint="remove")(users.remove)
    return routes


class _Users:
    """The handlers of the routes below /users."""

    def __init__(self, database: Database, publish: Publish) -> None:
        self._database = database
        self._publish = publish

    def create(self) -> Response:
        content = valid(json_content(), _NewUser)
        with self._database.transaction() as session:
            user = UserRepository(session).add(
                email=content.email, name=content.name, locale=content.locale, password=content.password
            )
            self._publish(session, "user.created", account_of(user))
        response = _json(_wire(user), status=201)
        response.headers["Location"] = url_for("users.get", id=str(user.id), _external=True)
        return response

    def find(self) -> Response:
        email = request.args.get("email")
        if not email or "\x00" in email:
            raise BadRequest("the query parameter email is missing or not an e-mail address")
        with self._database.transaction() as session:
            return _json({"items": [_wire(user) for user in UserRepository(session).find(email)]})

    def get(self, id: str) -> Response:  # noqa: A002 -- the document's name
        with self._database.transaction() as session:
            return _json(_wire(UserRepository(session).get(id)))

    def change(self, id: str) -> Response:  # noqa: A002 -- as above
        changes = msgspec.structs.asdict(valid(json_content(), _Changes))
        values = {name: value for name, value in changes.items() if value is not msgspec.UNSET}
        with self._database.transaction() as session:
            user = UserRepository(session).change(id, values)
            if values:
                self._publish(session, "user.updated", account_of(user))
            return _json(_wire(user))

    def remove(self, id: str) -> Response:  # noqa: A002 -- as above
        with self._database.transaction() as session:
            users = UserRepository(session)
            # An empty change locks the row, so that the event holds the user's last state.
            self._publish(session, "user.deleted", account_of(users.change(id, {})))
            users.remove(id)
        return Response(status=204)


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
