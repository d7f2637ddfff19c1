"""Bruno's own grammar, and mitmproxy's flow dumps, which its own reader reads."""

from __future__ import annotations

import sys
import types
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import BadInputError, CassetteFormatError
from pactape.recorders import read_recording

from tests.recorders.helpers.forms import BASE, read

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.recorders import Recording

BRU = """meta {{
  name: a
  type: http
}}

get {{
  url: https://api.example.com/a
}}

example {{
  name: one

  request: {{
    url: {url}
    method: post
    mode: {mode}
{body}
  }}

  response: {{
    status: {{
      code: {code}
      text: {text}
    }}

    body: {{
      type: json
      content: '''
        {{"a": 1}}
      '''
    }}
  }}
}}
"""


def bru(
    mode: str = "none", body: str = "", url: str = f"{BASE}/a", code: str = "200", text: str = "OK"
) -> str:
    return BRU.format(mode=mode, body=body, url=url, code=code, text=text)


@pytest.mark.parametrize(
    ("text", "sent", "status"),
    [
        (bru(), b"", 200),
        (bru(code="Accepted", text="202"), b"", 202),
        (bru("formUrlEncoded", "    body:form-urlencoded: {\n      a: 1 2\n    }"), b"a=1+2", 200),
        (bru("text", "    body:text: {\n      hello\n    }"), b"hello", 200),
        (bru("graphql", "    body:graphql: {\n      {a}\n    }"), b'{"query":"{a}","variables":{}}', 200),
    ],
)
def test_an_example_of_bruno_is_read_in_all_its_modes(
    tmp_path: Path, text: str, sent: bytes, status: int
) -> None:
    (exchange,) = read(tmp_path, text, "a.bru").exchanges
    assert (exchange.request.body, exchange.response.status, exchange.response.body) == (
        sent,
        status,
        b'{"a": 1}',
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (bru("multipartForm"), "of mode multipartForm"),
        (bru(url=f"{BASE}/{{{{id}}}}"), "uses the variable {{id}}"),
        (bru(url=f"{BASE}/:id"), "uses the variable :id"),
        (bru(code="", text=""), "has no response"),
    ],
)
def test_an_example_of_bruno_without_values_is_skipped(tmp_path: Path, text: str, reason: str) -> None:
    (skipped,) = read(tmp_path, text, "a.bru").skipped
    assert reason in skipped.reason


class Flows:
    """A stand-in for mitmproxy's reader: the library is an extra that is large."""

    def __init__(self, flows: list[Any], error: Exception | None = None) -> None:
        self._flows, self._error = flows, error

    def __call__(self, _file: object) -> Flows:
        return self

    def stream(self) -> Any:
        yield from self._flows
        if self._error:
            raise self._error


class FlowReadError(Exception):
    """As mitmproxy raises it."""


def flow(**more: Any) -> Any:
    def message(**values: Any) -> Any:
        headers = types.SimpleNamespace(fields=((b":authority", b"a"), (b"X-A", b"caf\xe9")))
        return types.SimpleNamespace(headers=headers, **values)

    url = more.pop("url", f"{BASE}/a")
    request = message(
        method="GET",
        pretty_url=url,
        pretty_host=more.pop("host", "api.example.com"),
        raw_content=more.pop("sent", b""),
        timestamp_start=0.0,
    )
    response = message(status_code=200, raw_content=b"x")
    usual = {"request": request, "response": response, "websocket": None, "error": None}
    return types.SimpleNamespace(**{**usual, **more})


DUMP = b"1234:8:response;5:7:version;"


def read_flows(monkeypatch: pytest.MonkeyPatch, folder: Path, flows: Flows) -> Recording:
    errors, reader = types.ModuleType("mitmproxy.exceptions"), types.ModuleType("mitmproxy.io")
    vars(errors)["FlowReadException"] = FlowReadError
    vars(reader)["FlowReader"] = flows
    monkeypatch.setitem(sys.modules, "mitmproxy", types.ModuleType("mitmproxy"))
    monkeypatch.setitem(sys.modules, "mitmproxy.exceptions", errors)
    monkeypatch.setitem(sys.modules, "mitmproxy.io", reader)
    path = folder / "a.mitm"
    path.write_bytes(DUMP)
    return read_recording(path)


def test_flows_of_mitmproxy_are_read_by_its_own_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flows = [flow(), flow(response=None), flow(websocket=1), flow(request=None), flow(type="dns")]
    recording = read_flows(monkeypatch, tmp_path, Flows(flows))
    (exchange,) = recording.exchanges
    assert (exchange.request.headers, exchange.response.body, exchange.recorded_at) == (
        (("X-A", "café"),),
        b"x",
        datetime(1970, 1, 1, tzinfo=UTC),
    )
    assert [entry.reason for entry in recording.skipped] == [
        "has no response",
        "is a WebSocket connection",
        "is not HTTP: SimpleNamespace",
        "is not HTTP: SimpleNamespace",
    ]


def test_a_response_that_ended_with_an_error_has_no_recorded_body(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (exchange,) = read_flows(monkeypatch, tmp_path, Flows([flow(error="connection closed")])).exchanges
    assert (exchange.response.body, exchange.unrecorded) == (b"", ("response body",))


def test_a_request_body_that_mitmproxy_did_not_store_is_unrecorded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (exchange,) = read_flows(monkeypatch, tmp_path, Flows([flow(sent=None)])).exchanges
    assert exchange.unrecorded == ("request body",)


def test_an_ipv6_address_is_written_in_brackets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flows = Flows([flow(url="http://::1:8080/a", host="::1")])
    (exchange,) = read_flows(monkeypatch, tmp_path, flows).exchanges
    assert exchange.request.url == "http://[::1]:8080/a"


def test_a_dump_that_its_reader_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"after 1 flows \(too old\)"):
        read_flows(monkeypatch, tmp_path, Flows([flow()], FlowReadError("too old")))


def test_without_mitmproxy_a_dump_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mitmproxy.io", None)
    path = tmp_path / "a.mitm"
    path.write_bytes(DUMP)
    with pytest.raises(BadInputError, match="pip install mitmproxy"):
        read_recording(path)
