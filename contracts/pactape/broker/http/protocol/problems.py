"""Problems as responses: RFC 9457 for clients that accept it, otherwise the official broker's format."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.protocol.messages import HAL, PROBLEM, Problem, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["add_challenge", "problem_response"]

_DOCUMENT = "application/json;charset=utf-8"


def problem_response(problem: Problem, *, accept: str) -> Response:
    """Return a problem in the format that the client accepts.

    The official command line shows `error` and `errors` of application/hal+json, and the notices of a rejected
    publication; it shows nothing of other formats.

    Args:
        problem: What is wrong.
        accept: The request's Accept header.
    """
    if "application/problem+json" in accept:
        body: Mapping[str, Any] = _rfc_9457(problem)
        content_type = PROBLEM
    else:
        body, content_type = _official(problem), _DOCUMENT if "notices" in problem.extra else HAL
    response = Response(status=problem.status, body=msgspec.json.encode(body), content_type=content_type)
    return add_challenge(problem, response)


def add_challenge(problem: Problem, response: Response) -> Response:
    """Return a response with the headers that its status requires (RFC 9110, 11.6.1 and 15.5.6)."""
    headers = response.headers
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers = (*headers, ("WWW-Authenticate", 'Basic realm="Pact broker"'))
    if problem.allowed:
        headers = (*headers, ("Allow", ", ".join(problem.allowed)))
    return msgspec.structs.replace(response, headers=headers)


def _rfc_9457(problem: Problem) -> dict[str, Any]:
    """Return the RFC 9457 document, with the official broker's titles and its format of `errors`."""
    title = _TITLES.get(problem.status, HTTPStatus(problem.status).phrase)
    document: dict[str, Any] = {
        "title": title,
        "type": "about:blank",
        "status": problem.status,
        "detail": problem.detail,
        **problem.extra,
    }
    if not problem.errors:
        return document
    errors = [
        {
            "type": "about:blank",
            "title": "Invalid body parameter",
            "detail": text,
            "pointer": f"/{field.replace('.', '/')}",
        }
        for field, texts in problem.errors.items()
        for text in texts
    ]
    if problem.status == HTTPStatus.BAD_REQUEST:
        document["title"] = "Validation errors"
    return {**document, "errors": errors}


_TITLES: dict[int, str] = {404: "Not found", 500: "Server error"}


def _official(problem: Problem) -> Mapping[str, Any]:
    if problem.errors:
        return {**problem.extra, "errors": problem.errors}
    return {**problem.extra, "error": problem.detail}
