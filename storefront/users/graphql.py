"""The users API over GraphQL, schema first."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ariadne import (
    MutationType,
    QueryType,
    ScalarType,
    format_error,
    graphql_sync,
    load_schema_from_path,
    make_executable_schema,
)
from flask import Blueprint, Response, request
from graphql import GraphQLError, GraphQLResolveInfo, GraphQLSchema
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from storefront.users.repository import UnknownUserError, UserRepository
from storefront.users.wire import timestamp

if TYPE_CHECKING:
    from storefront.database import Database
    from storefront.users.tables import Post, User

__all__ = ["SCHEMA_FILE", "blueprint", "executable_schema"]

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")
_MEDIA = "application/graphql-response+json"


def executable_schema() -> GraphQLSchema:
    """The schema of the file, with its resolvers."""
    query, mutation = QueryType(), MutationType()
    query.set_field("user", _user)
    mutation.set_field("createPost", _create_post)
    return make_executable_schema(
        load_schema_from_path(str(SCHEMA_FILE)),
        query,
        mutation,
        ScalarType("DateTime", serializer=timestamp),
        convert_names_case=True,
    )


def blueprint(database: Database) -> Blueprint:
    """The route /graphql."""
    routes = Blueprint("graphql", __name__)
    schema = executable_schema()
    logger = logging.getLogger(__name__)
    logger.addFilter(_is_failure)

    @routes.post("/graphql")
    def execute() -> Response:
        if request.mimetype != "application/json":
            raise UnsupportedMediaType("send application/json")
        try:
            content = json.loads(request.get_data())
        except ValueError as error:
            raise BadRequest("the content is not JSON") from error
        with database.transaction() as session:
            executed, answer = graphql_sync(
                schema, content, context_value=UserRepository(session), error_formatter=_shown, logger=logger
            )
        media = _MEDIA if _MEDIA in request.headers.get("Accept", "") else "application/json"
        return Response(json.dumps(answer), status=200 if executed else 400, content_type=media)

    return routes


def _is_failure(record: logging.LogRecord) -> bool:
    """A refusal is an answer, not a failure to be logged."""
    error = record.exc_info[1] if record.exc_info else None
    original = getattr(error, "original_error", None)
    return original is not None and not isinstance(original, UnknownUserError | GraphQLError)


def _shown(error: GraphQLError, debug: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 -- ariadne's signature
    """Errors of the domain with their code, errors of the request as they are, and of others only that one was."""
    if isinstance(error.original_error, UnknownUserError):
        return {**format_error(error), "extensions": {"code": "USER_NOT_FOUND"}}
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        return {**format_error(error), "message": "the service failed", "extensions": {"code": "INTERNAL"}}
    return format_error(error, debug)


def _user(_root: object, info: GraphQLResolveInfo[UserRepository], *, id: str) -> User:  # noqa: A002 -- the schema's name
    return info.context.get(id)


def _create_post(_root: object, info: GraphQLResolveInfo[UserRepository], *, input: dict[str, str]) -> Post:  # noqa: A002 -- as above
    return info.context.publish(author_id=input["author_id"], title=input["title"], content=input["content"])
