"""The notifications as a WSGI application."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import BadRequest

from storefront.framework.access import Access
from storefront.framework.application import provider_app
from storefront.framework.content import json_content, json_response, whole_seconds
from storefront.framework.idempotency import once
from storefront.notifications.repository import MessageRepository
from storefront.notifications.tables import KEYS, Message

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.database import Database
    from storefront.tokens import TokenVerifier

__all__ = ["NAME", "create_app"]

NAME = "storefront-notifications"
_Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\Z", max_length=254)]
_Kind = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(-[a-z]+)*\Z", max_length=50)]
_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{1,50}\Z")]
_Value = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*\Z", max_length=1000)]


class _NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipient: _Email
    channel: Literal["email", "screen"]
    kind: _Kind
    content: Annotated[dict[_Name, _Value], msgspec.Meta(max_length=20)]


class _MessageView(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str
    recipient: str
    channel: str
    kind: str
    content: dict[str, Any]
    created_at: datetime


def create_app(database: Database, verifier: TokenVerifier) -> Flask:
    """Create the application.

    Args:
        database: With all migrations applied.
        verifier: Checks tokens.
    """
    app = provider_app(NAME)
    access = Access(app, verifier)
    app.register_blueprint(_messages(database, access))
    access.scope("messages.send", "notifications:send")
    access.scope("messages.find", "notifications:read")
    return app


def _messages(database: Database, access: Access) -> Blueprint:
    routes = Blueprint("messages", __name__, url_prefix="/messages")

    @routes.post("")
    def send() -> Response:
        new_message = json_content(_NewMessage)

        def action(session: Session) -> _MessageView:
            return _view(
                MessageRepository(session).add(
                    new_message.recipient,
                    channel=new_message.channel,
                    kind=new_message.kind,
                    content=new_message.content,
                )
            )

        return once(database, KEYS, client=access.claims.subject, action=action)

    @routes.get("")
    def find() -> Response:
        recipient = request.args.get("recipient", "")
        if not recipient or "\x00" in recipient:
            raise BadRequest("the query parameter recipient is missing or not an e-mail address")
        with database.transaction() as session:
            return json_response(
                {"items": [_view(message) for message in MessageRepository(session).of(recipient)]}
            )

    return routes


def _view(message: Message) -> _MessageView:
    return _MessageView(
        message_id=str(message.id),
        recipient=message.recipient,
        channel=message.channel,
        kind=message.kind,
        content=message.content,
        created_at=whole_seconds(message.created_at),
    )
