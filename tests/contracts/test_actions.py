"""What tells operations of one address apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.grouping.actions import action_of
from pactape.contracts.grouping.client_literals import client_literals, literal_segments
from pactape.contracts.samples.graphql_documents import operation_label, operation_name, sent_document
from pactape.contracts.samples.sample import SampleSequence
from pactape.exchange import Exchange, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

XML = {"Content-Type": "text/xml"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOGIN = "<s:Envelope><s:Body><Login/></s:Body></s:Envelope>"
SOAP_12 = {"Content-Type": 'application/soap+xml; action="urn:users/GetUser"'}


def action(
    url: str = "http://a.test/rpc",
    sent: Any = None,
    headers: dict[str, str] | None = None,
    received: Any = None,
) -> str:
    """The action of a request, and perhaps of its response."""
    is_raw = isinstance(sent, str)
    body = sent.encode() if is_raw else json.dumps(sent).encode() if sent is not None else b""
    plain = headers or ({} if is_raw or sent is None else {"Content-Type": "application/json"})
    request = Request(method="POST", url=url, headers=tuple(plain.items()), body=body)
    media = (("Content-Type", "application/json"),)
    response = Response(status=200, headers=media, body=json.dumps(received).encode()) if received else None
    exchange = Exchange(request=request, response=response or Response(status=200), cassette="a", index=0)
    sample = SampleSequence([exchange]).next(exchange)
    return action_of(sample)


PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": "cafe" * 16}}
RULE = {"name": "bots", "action": "block", "limit": 5}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "getUser"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"sent": CALL}, "method=getUser"),
        ({"sent": [CALL, {**CALL, "method": "count"}]}, "method=getUser+count"),
        ({"sent": {"method": "getUser", "params": []}}, "method=getUser"),
        ({"sent": [CALL, {"id": 1}]}, ""),
        ({"sent": {"method": "card", "amount": 5, "note": "x"}}, "method=card"),
        ({"sent": {"name": "Ada"}}, ""),
        ({"url": "http://a.test/api?action=user&id=2"}, "action=user"),
        ({"url": "http://a.test/api?action=42"}, ""),
        ({"url": "http://a.test/api?id=2"}, ""),
        ({"sent": "cmd=show&id=2", "headers": FORM}, "cmd=show"),
        ({"headers": {"SOAPAction": '"urn:users#GetUser"'}}, "SOAPAction=GetUser"),
        (
            {"headers": {"X-Amz-Target": "DynamoDB_20120810.GetItem"}},
            "X-Amz-Target=DynamoDB_20120810.GetItem",
        ),
        (
            {"sent": "<s:Envelope><s:Body><GetUser/></s:Body></s:Envelope>", "headers": XML},
            "operation=GetUser",
        ),
        (
            {"sent": "<methodCall><methodName>users.get</methodName></methodCall>", "headers": XML},
            "operation=users.get",
        ),
        ({"sent": "<s:Envelope/>", "headers": SOAP_12}, "action=GetUser"),
        ({"sent": LOGIN, "headers": SOAP_12}, "action=GetUser, operation=Login"),
        ({"sent": LOGIN, "headers": {**XML, "SOAPAction": '"urn:vim25/8.0.2.0"'}}, "operation=Login"),
        ({"sent": LOGIN, "headers": {**XML, "SOAPAction": '"urn:users/login"'}}, "SOAPAction=login"),
        ({"sent": LOGIN, "headers": {**XML, "SOAPAction": "call"}}, "SOAPAction=call, operation=Login"),
        ({"sent": "<user/>", "headers": XML}, ""),
        ({"sent": json.dumps(CALL), "headers": {"Content-Type": "text/plain"}}, "method=getUser"),
        ({"sent": json.dumps(CALL), "headers": {"X-Sent-As": "nothing"}}, "method=getUser"),
        ({"headers": {"X-HTTP-Method-Override": "PATCH"}}, "X-HTTP-Method-Override=PATCH"),
        ({"sent": "_method=delete", "headers": FORM}, "_method=delete"),
        ({"url": "http://a.test/index.php?do=login"}, "do=login"),
        ({"sent": {"do": "something", "x": 1}}, ""),
        ({"url": "http://a.test/ows?SERVICE=WFS&REQUEST=GetFeature"}, "REQUEST=GetFeature"),
        ({"url": "http://a.test/find?request=shoes"}, ""),
        ({"sent": [{"query": "query Me { me }"}, {"query": "{ you }"}]}, "operations=Me+query you"),
        ({"sent": [{"query": "query Me { me }"}, {"query": "shoes"}]}, ""),
        ({"sent": {"operationName": "Me", "extensions": PERSISTED}}, "operationName=Me"),
        ({"sent": {"extensions": PERSISTED}}, "document=cafecafecafe"),
        ({"url": f"http://a.test/g?extensions={json.dumps(PERSISTED)}"}, "document=cafecafecafe"),
        ({"url": "http://a.test/g?extensions=none"}, ""),
        ({"sent": {"doc_id": "123", "variables": {}}}, "document=123"),
        ({"sent": {"doc_id": "123"}}, ""),
        ({"url": "http://a.test/routes?method=GET"}, ""),
        ({"url": "http://a.test/api?method=json"}, ""),
        ({"sent": {"method": "PUT", "url": "http://b.test"}}, ""),
        ({"sent": RULE, "received": {"id": 7, **RULE}}, ""),
        ({"sent": RULE, "received": {"action": "block", "done": True}}, "action=block"),
    ],
)
def test_an_action_is_what_names_the_operation(parts: dict[str, Any], expected: str) -> None:
    assert action(**parts) == expected


GRAPHQL = {"Content-Type": "application/graphql"}


@pytest.mark.parametrize(
    ("changes", "document"),
    [
        ({"url": "http://a.test/graphql?query={me{id}}"}, "{me{id}}"),
        ({"url": "http://a.test/find?query=shoes"}, None),
        ({"url": "http://a.test/find?myquery={me}"}, None),
        ({"body": b"{me{id}}", "headers": tuple(GRAPHQL.items())}, "{me{id}}"),
        ({"body": b'{"query": "{me{id}}"}', "headers": (("Content-Type", "text/plain"),)}, "{me{id}}"),
        ({"body": b'{"query": "shoes"}'}, None),
    ],
)
def test_a_graphql_document_is_found_wherever_it_is_sent(
    changes: dict[str, Any], document: str | None
) -> None:
    request = Request(**{"method": "POST", "url": "http://a.test/graphql", "headers": (), **changes})
    assert sent_document(request) == document


def test_the_name_of_an_operation_in_a_url_is_a_parameter() -> None:
    request = Request(method="GET", url="http://a.test/graphql?operationName=B", headers=(), body=b"")
    assert operation_name(request, "query A { a } query B { b }") == "B"


@pytest.mark.parametrize(
    ("document", "label"),
    [
        ("{ a b c d }", "query a, b, c and 1 more"),
        ("mutation { like { id } }", "mutation like"),
        ("fragment F on User { id }", "an unnamed GraphQL operation"),
        ("{ ...F } fragment F on User { id }", "an unnamed GraphQL operation"),
    ],
)
def test_an_unnamed_operation_is_called_by_its_fields(document: str, label: str) -> None:
    assert operation_label(document) == label


def test_literals_are_the_segments_of_paths_in_code() -> None:
    code = 'get(f"/users/{id}/posts?page=1"); get("/tags/" + name); print("a text/with words here")'
    assert literal_segments(code) == {"users", "posts", "tags"}


def test_literals_are_read_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "a.py").write_text('get("/users/me")', encoding="utf-8")
    (tmp_path / "b.py").write_text('get("/orders/all")', encoding="utf-8")
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    literals = client_literals([tmp_path / "client", tmp_path / "b.py", tmp_path / "broken.py"])
    assert literals == {"users", "me", "orders", "all"}


@pytest.mark.parametrize(
    ("document", "expected"), [("mutation Send($f: Upload!) { send(f: $f) }", "operation=Send"), ("{", "")]
)
def test_a_graphql_request_with_files_is_named_after_its_operation(document: str, expected: str) -> None:
    operations = json.dumps({"query": document, "variables": {"f": None}})
    part = 'Content-Disposition: form-data; name="operations"'
    sent = f"--x\r\n{part}\r\n\r\n{operations}\r\n--x--\r\n"
    assert action(sent=sent, headers={"Content-Type": "multipart/form-data; boundary=x"}) == expected


def test_a_persisted_document_is_named_after_its_id_if_nothing_else_is_sent() -> None:
    assert action(sent={"id": "6f1c2a", "variables": {}}) == "document=6f1c2a"
    assert action(sent={"id": "6f1c2a", "variables": {}, "name": "x"}) == ""
    assert action(sent={"id": 7, "variables": {}}) == ""
