"""What tells operations of one address apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts.grouping.actions import action_of
from pactape.contracts.grouping.client_literals import client_literals, literal_segments
from pactape.contracts.samples.sample import samples_of
from pactape.exchange import Exchange, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

XML = {"Content-Type": "text/xml"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SOAP_12 = {"Content-Type": 'application/soap+xml; action="urn:users/GetUser"'}


def action(url: str = "http://a.test/rpc", sent: Any = None, headers: dict[str, str] | None = None) -> str:
    """The action of a request."""
    is_raw = isinstance(sent, str)
    body = sent.encode() if is_raw else json.dumps(sent).encode() if sent is not None else b""
    plain = headers or ({} if is_raw or sent is None else {"Content-Type": "application/json"})
    request = Request(method="POST", url=url, headers=tuple(plain.items()), body=body)
    exchange = Exchange(request=request, response=Response(status=200), cassette="a", index=0)
    (sample,) = samples_of([exchange])
    return action_of(sample)


CALL = {"jsonrpc": "2.0", "id": 1, "method": "getUser"}


@pytest.mark.parametrize(
    ("asked", "expected"),
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
        ({"sent": "<user/>", "headers": XML}, ""),
    ],
)
def test_an_action_is_what_names_the_operation(asked: dict[str, Any], expected: str) -> None:
    assert action(**asked) == expected


def test_literals_are_the_segments_of_paths_in_code() -> None:
    code = 'get(f"/users/{id}/posts?page=1"); get("/tags/" + name); print("a text/with words here")'
    assert literal_segments(code) == {"users", "posts", "tags"}


def test_literals_are_read_from_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "a.py").write_text('get("/users/me")', encoding="utf-8")
    (tmp_path / "b.py").write_text('get("/orders/all")', encoding="utf-8")
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    found = client_literals([tmp_path / "client", tmp_path / "b.py", tmp_path / "broken.py"])
    assert found == {"users", "me", "orders", "all"}
