"""The users API over GraphQL, schema first."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
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

from storefront.users.content import Text, Title, json_content, valid
from storefront.users.limits import FieldDepthRule, bounded_document
from storefront.users.problems import InvalidContentError
from storefront.users.repository import UnknownUserError, UserRepository
from storefront.users.wire import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storefront.database import Database
    from storefront.users.tables import Post, User

__all__ = ["SCHEMA_FILE", "blueprint", "executable_schema", "shown"]

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")
_GRAPHQL = "application/graphql-response+json"
_JSON = "application/json"


class _Request(msgspec.Struct):
    """A GraphQL request (GraphQL over HTTP, section 5.1)."""

    query: Annotated[str, msgspec.Meta(min_length=1)]
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815 -- the wire's name


class _NewPost(msgspec.Struct):
    title: Title
    content: Text


def executable_schema() -> GraphQLSchema:
    """Return the schema of the file with its resolvers."""
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
    """Return the route /graphql."""
    routes = Blueprint("graphql", __name__)
    schema = executable_schema()
    logger = logging.getLogger(__name__)
    logger.addFilter(_is_failure)

    @routes.post("/graphql")
    def execute() -> Response:
        content = json_content()
        with database.transaction() as session:
            _executed, response = graphql_sync(
                schema,
                content,
                context_value=UserRepository(session),
                query_parser=bounded_document,
                validation_rules=[FieldDepthRule],
                error_formatter=shown,
                logger=logger,
            )
        return _response(content, response)

    return routes


def _response(content: Any, response: Mapping[str, Any]) -> Response:
    """Return a response with its status and media type (GraphQL over HTTP, section 6.4).

    A malformed request gets an error status in both media types; one that can't be executed gets one only in
    GraphQL's own media type.
    """
    own = request.accept_mimetypes.best_match([_JSON, _GRAPHQL]) == _GRAPHQL
    is_refusal = "data" not in response and (own or not _is_request(content))
    media = _GRAPHQL if own else _JSON
    return Response(json.dumps(response), status=400 if is_refusal else 200, content_type=media)


def _is_request(content: Any) -> bool:
    try:
        msgspec.convert(content, _Request)
    except msgspec.ValidationError:
        return False
    return True


def _is_failure(record: logging.LogRecord) -> bool:
    """Return whether an error is the domain's refusal, which is not logged."""
    error = record.exc_info[1] if record.exc_info else None
    original = getattr(error, "original_error", None)
    return original is not None and not isinstance(
        original, UnknownUserError | InvalidContentError | GraphQLError
    )


def shown(error: GraphQLError, debug: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 -- ariadne's signature
    """Format an error: domain errors with a code, request errors unchanged, internal ones without details."""
    original = error.original_error
    if isinstance(original, UnknownUserError):
        return {**format_error(error), "extensions": {"code": "USER_NOT_FOUND"}}
    if isinstance(original, InvalidContentError):
        extensions = {"code": "BAD_USER_INPUT", "errors": list(original.errors)}
        return {**format_error(error), "extensions": extensions}
    if original is not None and not isinstance(original, GraphQLError):
        return {**format_error(error), "message": "the service failed", "extensions": {"code": "INTERNAL"}}
    return format_error(error, debug)


def _user(_root: object, info: GraphQLResolveInfo[UserRepository], *, id: str) -> User:  # noqa: A002 -- the schema's name
    return info.context.get(id)


def _create_post(_root: object, info: GraphQLResolveInfo[UserRepository], *, input: dict[str, str]) -> Post:  # noqa: A002 -- as above
    post = valid({"title": input["title"], "content": input["content"]}, _NewPost)
    return info.context.publish(author_id=input["author_id"], title=post.title, content=post.content)
