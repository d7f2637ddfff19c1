"""Failed calls with a successful status are interactions of their own: what a success returns stays required."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pactape.contracts.grouping.outcomes import outcome_of
from pactape.contracts.samples.sample import SampleSequence
from pactape.exchange import Exchange, Request, Response

XML = "text/xml; charset=utf-8"
JSON = "application/json"


def outcome(sent: Any, received: Any, media: str = JSON) -> str:
    """The outcome of a call with these bodies."""
    bodies = [
        body.encode() if isinstance(body, str) else json.dumps(body).encode() for body in (sent, received)
    ]
    headers = (("Content-Type", media),)
    request = Request(method="POST", url="http://a.test/rpc", headers=headers, body=bodies[0])
    response = Response(status=200, headers=headers, body=bodies[1])
    exchange = Exchange(request=request, response=response, cassette="a", index=0)
    return outcome_of(SampleSequence([exchange]).next(exchange))


CALL = {"jsonrpc": "2.0", "id": 1, "method": "getUser"}
QUERY = {"query": "{ me { id } }"}


@pytest.mark.parametrize(
    ("sent", "received", "media", "expected"),
    [
        (CALL, {"jsonrpc": "2.0", "id": 1, "error": {"code": -1}}, JSON, "an error"),
        (CALL, {"id": 1, "result": None, "error": "no such user"}, JSON, "an error"),
        (CALL, {"jsonrpc": "2.0", "id": 1, "result": 5, "error": None}, JSON, ""),
        ({"name": "Ada"}, {"id": 1, "error": "late"}, JSON, ""),
        (QUERY, {"data": None, "errors": [{"message": "no"}]}, JSON, "errors"),
        (QUERY, {"data": {"me": {"id": 1}}}, JSON, ""),
        ([QUERY, QUERY], [{"data": {}}, {"errors": [{"message": "no"}]}], JSON, "errors"),
        ([QUERY, QUERY], [{"data": {}}, {"data": {}}], JSON, ""),
        ([1], [{"errors": [1]}], JSON, ""),
        (
            "<a/>",
            "<soap:Envelope><soap:Body><soap:Fault>x</soap:Fault></soap:Body></soap:Envelope>",
            XML,
            "a fault",
        ),
        ("<a/>", "<methodResponse><fault><value/></fault></methodResponse>", XML, "a fault"),
        ("<a/>", "<methodResponse><params/></methodResponse>", XML, ""),
    ],
)
def test_a_failure_in_the_body_of_a_response_is_known(
    sent: Any, received: Any, media: str, expected: str
) -> None:
    assert outcome(sent, received, media) == expected
