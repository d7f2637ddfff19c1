"""Bruno: values of variables from all files of a collection, and its two other forms of examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.recorders import ReadOptions, read_recording

from tests.recorders.helpers.forms import BASE, read

if TYPE_CHECKING:
    from pathlib import Path

BRU = """meta {
  name: users
  type: http
}
%s
example {
  name: ok

  request: {
    url: {{host}}/users
    method: post
    mode: text
    params:query: {
      tag: a
      tag: b
      ~off: 1
    }
    headers: {
      "X-Two Words": x
      ~X-Off: 1
      Authorization: Bearer {{token}}
    }
    body:text: {
      type: plain
    }
  }

  response: {
    headers: {
      ETag: "1"
      Content-Type: "application/json"
    }
    status: {
      code: 200
    }
    body: {
      type: json
      content: '''
        {"id": 1}
      '''
    }
  }
}
"""
PLAIN = BRU % ""
OWN = BRU % "\nvars:pre-request {\n  host: https://own.test\n  ~host: https://off.test\n}\n"
YAML = """info:
  name: users
  type: http
http:
  method: GET
  url: "{{host}}/users/:id"
examples:
  - name: ok
    request:
      url: "{{host}}/users/:id"
      method: PUT
      headers:
        - name: Accept
          value: application/json
        - name: X-Off
          value: "1"
          disabled: true
      params:
        - {name: id, value: "7", type: path}
        - {name: page, value: "2", type: query}
      body:
        type: json
        data: '{"name":"Ada"}'
    response:
      status: 200
      headers:
        - {name: X-Id, value: "1"}
      body: {type: json, data: '{"id": 7}'}
"""


def vars_of(name: str, host: str) -> str:
    return f"{name} {{\n  host: {host}\n}}\n"


FILES: list[tuple[str, dict[str, str], str]] = [
    (OWN, {}, "https://own.test"),
    (
        OWN,
        {"bruno.json": "{}", "collection.bru": vars_of("vars:pre-request", "https://c.test")},
        "https://own.test",
    ),
    (PLAIN, {"collection.bru": vars_of("vars:pre-request", "https://c.test")}, "https://c.test"),
    (
        PLAIN,
        {
            "collection.bru": vars_of("vars:pre-request", "https://c.test"),
            "environments/Prod.bru": vars_of("vars", "https://e.test"),
        },
        "https://e.test",
    ),
    (
        PLAIN,
        {
            "bruno.json": "{}",
            "environments/Prod.bru": vars_of("vars", "https://e.test"),
            "users/folder.bru": vars_of("vars:pre-request", "https://f.test"),
        },
        "https://f.test",
    ),
    (
        PLAIN,
        {
            "bruno.json": "{}",
            "environments/A.bru": vars_of("vars", "{{inner}}"),
            "environments/B.bru": "vars {\n  inner: https://b.test\n}\n",
        },
        "https://b.test",
    ),
]


@pytest.mark.parametrize(("text", "files", "host"), FILES)
def test_a_variable_has_the_value_that_the_nearest_file_gives_it(
    tmp_path: Path, text: str, files: dict[str, str], host: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "users").mkdir(exist_ok=True)
    (exchange,) = read(tmp_path / "users", text, "get.bru").exchanges
    assert exchange.request.url == f"{host}/users?tag=a&tag=b"


def test_a_variable_that_environments_give_different_values_needs_a_base_url(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "bruno.json").write_text("{}", encoding="utf-8")
    for name in ("a", "b"):
        path = tmp_path / "environments" / f"{name}.bru"
        path.write_text(vars_of("vars", f"https://{name}.test"), encoding="utf-8")
    (tmp_path / "get.bru").write_text(PLAIN, encoding="utf-8")
    (skipped,) = read_recording(tmp_path / "get.bru").skipped
    (exchange,) = read_recording(tmp_path / "get.bru", ReadOptions(base_url=BASE)).exchanges
    assert ("pass --base-url" in skipped.reason, exchange.request.url) == (True, f"{BASE}/users?tag=a&tag=b")


def test_a_header_whose_variable_has_no_value_is_not_recorded(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, PLAIN, "get.bru").exchanges
    headers = (("X-Two Words", "x"), ("Content-Type", "text/plain"))
    assert (exchange.request.headers, exchange.unrecorded) == (headers, ("request headers",))


def test_quotes_of_a_header_and_lines_of_a_raw_body_stay(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, PLAIN, "get.bru").exchanges
    assert exchange.request.body == b"type: plain"
    assert exchange.response.headers == (("ETag", '"1"'), ("Content-Type", "application/json"))


def test_examples_in_yaml_are_read_with_the_variables_of_their_collection(tmp_path: Path) -> None:
    environment = (
        "name: Prod\nvariables:\n  - name: host\n    value: {type: string, data: 'https://e.test'}\n"
    )
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "prod.yml").write_text(environment, encoding="utf-8")
    (tmp_path / "opencollection.yml").write_text("opencollection: 1.0.0\ninfo: {name: c}\n", encoding="utf-8")
    recording = read(tmp_path, YAML, "get.yml")
    (exchange,) = recording.exchanges
    assert (recording.tool, exchange.request.method, exchange.request.url) == (
        "Bruno",
        "PUT",
        "https://e.test/users/7?page=2",
    )
    assert (exchange.request.body, exchange.response.body) == (b'{"name":"Ada"}', b'{"id": 7}')
    assert exchange.request.headers == (("Accept", "application/json"), ("Content-Type", "application/json"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("opencollection.yml", "opencollection: 1.0.0\ninfo: {name: c}\n"),
        ("environments/prod.yml", "name: Prod\nvariables:\n  - {name: host, value: x}\n"),
        ("folder.yml", "info: {name: users, type: folder}\n"),
        ("get.yml", YAML.partition("examples:")[0]),
    ],
)
def test_other_files_of_a_collection_hold_no_exchange(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    recording = read(tmp_path, text, name)
    assert (recording.tool, recording.exchanges, recording.skipped) == ("Bruno", (), ())


def exported(example: dict[str, Any]) -> dict[str, Any]:
    request = {"url": f"{BASE}/a", "vars": {"req": [{"name": "v", "value": "1", "enabled": True}]}}
    item = {"type": "http", "name": "a", "request": request, "examples": [example]}
    folder = {"type": "folder", "name": "f", "items": [item]}
    environment = {
        "name": "Prod",
        "variables": [{"name": "host", "value": "https://e.test", "enabled": True}],
    }
    return {
        "name": "c",
        "items": [folder],
        "environments": [environment],
        "brunoConfig": {"type": "collection"},
    }


ANSWER = {"status": "201", "headers": [], "body": {"type": "text", "content": "x"}}
BODIES: list[tuple[dict[str, Any], bytes]] = [
    ({"mode": "json", "json": '{"v":{{v}}}'}, b'{"v":1}'),
    (
        {
            "mode": "formUrlEncoded",
            "formUrlEncoded": [
                {"name": "a", "value": "1 2", "enabled": True},
                {"name": "off", "value": "1", "enabled": False},
            ],
        },
        b"a=1+2",
    ),
    (
        {"mode": "graphql", "graphql": {"query": "{a}", "variables": '{"v":1}'}},
        b'{"query":"{a}","variables":{"v":1}}',
    ),
    ({"mode": "none"}, b""),
]


@pytest.mark.parametrize(("body", "sent"), BODIES)
def test_the_examples_of_an_exported_collection_are_read(
    tmp_path: Path, body: dict[str, Any], sent: bytes
) -> None:
    example = {"request": {"url": "{{host}}/a", "method": "POST", "body": body}, "response": ANSWER}
    (exchange,) = read(tmp_path, exported(example)).exchanges
    assert (
        exchange.request.url,
        exchange.request.body,
        exchange.response.status,
        exchange.response.body,
    ) == (
        "https://e.test/a",
        sent,
        201,
        b"x",
    )


@pytest.mark.parametrize(
    ("example", "reason"),
    [
        ({"response": ANSWER}, "has no request"),
        ({"request": {"url": BASE}}, "has no response"),
        ({"request": {"url": f"{BASE}/:id"}, "response": ANSWER}, "uses the variable :id"),
        ({"request": {"url": f"{BASE}/{{{{w}}}}"}, "response": ANSWER}, "uses the variable {{w}}"),
        (
            {"request": {"url": BASE, "body": {"mode": "multipartForm"}}, "response": ANSWER},
            "of mode multipartForm",
        ),
    ],
)
def test_an_example_that_lacks_a_value_is_skipped_with_the_reason(
    tmp_path: Path, example: dict[str, Any], reason: str
) -> None:
    (skipped,) = read(tmp_path, exported(example)).skipped
    assert (skipped.location, reason in skipped.reason) == ("items[0].items[0].examples[0]", True)
