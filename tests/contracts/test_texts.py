"""What contracts state of answers that are not JSON, proved by both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pactape.checking.official_referee import OfficialReferee
from pactape.contracts import derive
from pactape.contracts.pacts.pact import interaction_document
from pactape.contracts.samples.text_parts import text_parts
from pactape.exchange import Response
from pactape.matching import ResponseMatcher
from pactape.settings import load_settings

from tests.contracts.helpers.projects import Project

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts import Derivation

CSV = 'id,full name,e-mail\r\n7,Ada,a@example.com\r\n8,"B, C",b@example.com\r\n'
XML = """<?xml version="1.0"?><!-- orders -->
<orders total="2"><order-list>
  <order id="7"><sku>a</sku><note/></order>
  <order id="8" x="1"><sku>b</sku></order>
</order-list></orders>"""
SSE = """event: a
data: {"id": "x", "choices": [{"delta": {"text": "H"}}]}

data: {"id": "x", "choices": [], "end": 1}

data: [DONE]

"""
LINES = '{"id": 1, "name": "Ada"}\n{"id": 2, "name": "Bob", "nick": null}\n'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def _record(project: Project, media: str, *bodies: str, reads: Any = None) -> None:
    interactions = [
        {
            "request": {"method": "GET", "uri": "http://users.test/export", "body": None, "headers": {}},
            "response": {
                "status": {"code": 200, "message": ""},
                "headers": {"Content-Type": [media]},
                "body": {"string": body},
            },
        }
        for body in bodies
    ]
    document: dict[str, Any] = {"version": 1, "interactions": interactions}
    if reads is not None:
        document["pactape"] = {"version": 1, "reads": [reads] * len(bodies)}
    (project.root / "cassettes" / "a.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def _derived(project: Project) -> Derivation:
    derivation = derive(load_settings(project.root), referee=OfficialReferee())
    assert derivation.problems == ()
    return derivation


def _expected(project: Project) -> dict[str, Any]:
    """The response that the derived contract expects."""
    (contract,) = _derived(project).contracts
    (interaction,) = contract.interactions
    return dict(interaction_document(interaction)["response"])


def _accepts(project: Project, media: str, body: str) -> bool:
    """Whether the contract accepts a body, by our matcher."""
    response = Response(status=200, headers=(("Content-Type", media),), body=body.encode())
    return not ResponseMatcher(_expected(project)).mismatches(response)


CASES = [
    ("text/csv", CSV, "e-mail,full name,new,id\n", True),
    ("text/csv; charset=utf-8", CSV, "id,name,e-mail\n7,Ada,x\n", False),
    ("application/csv", CSV.replace(",", ";"), 'id;"full name";e-mail\n', True),
    ("text/tab-separated-values", "id\tname\n7\tAda\n", "name\n", False),
    ("application/xml", XML, XML.replace("<note/>", "<new/>").replace(">a<", ">c<"), True),
    ("text/xml", XML, XML.replace('id="7"', ""), False),
    ("application/vnd.order+xml", XML, XML.replace("<sku>a</sku>", ""), False),
    ("application/xml", XML, XML.replace('total="2"', ""), False),
    ("text/event-stream", SSE, SSE.replace("choices", "options"), False),
    ("text/event-stream", SSE, SSE.replace("end", "stop"), True),
    ("application/x-ndjson", LINES, LINES.replace("name", "called"), False),
    ("text/json", '{"id": 1, "a": {"b": [2]}}', '{"id": 1, "a": {"c": [2]}}', False),
    ("application/x-amz-json-1.0", '{"Table": {"Name": "t"}}', '{"Table": {"Name": "u", "New": 1}}', True),
    ("Text/CSV; charset=utf-8", CSV, "e-mail,full name,new,id\n", True),
    ("Application/JSON", '{"id": 1}', '{"id": 2}', True),
    ("Application/JSON", '{"id": 1}', '{"name": 2}', False),
    ("application/ndjson", LINES, LINES.replace("nick", "also"), True),
]


@pytest.mark.parametrize(("media", "recorded", "body", "is_kept"), CASES)
def test_a_text_keeps_its_contract_while_what_was_read_is_in_it(
    project: Project, media: str, recorded: str, body: str, *, is_kept: bool
) -> None:
    _record(project, media, recorded)
    assert _accepts(project, media, recorded)
    assert _accepts(project, media, body) is is_kept


@pytest.mark.parametrize(
    ("media", "recorded", "reads", "body"),
    [
        ("text/csv", CSV, ["[].id"], "id\n"),
        ("application/xml", XML, ["orders.order-list.order.sku.#text"], XML.replace("id=", "number=")),
        ("text/event-stream", SSE, ["id"], SSE.replace("choices", "options")),
    ],
)
def test_only_what_is_read_of_a_text_is_asked_for(
    project: Project, media: str, recorded: str, reads: list[str], body: str
) -> None:
    _record(project, media, recorded, reads=reads)
    assert _accepts(project, media, body)


def test_a_column_that_some_answers_lack_is_not_required(project: Project) -> None:
    _record(project, "text/csv", CSV, "id,e-mail\n9,c@example.com\n")
    assert _accepts(project, "text/csv", "e-mail,id\n")


def test_a_text_that_is_not_read_is_not_in_the_contract(project: Project) -> None:
    _record(project, "text/csv", CSV, reads=[])
    assert "body" not in _expected(project)


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/csv", "7,Ada\n8,Bob\n"),
        ("text/csv", "name,name\na,b\n"),
        ("text/csv", "title\na;b;c\n1,2\n"),
        ("text/csv", ""),
        ("text/csv", "\ufeffid,name\n1,a\n"),
        ("application/xml", "<a xmlns='urn:x'/>"),
        ("application/xml", "<!DOCTYPE a><a/>"),
        ("application/xml", "<a>"),
        ("application/xhtml+xml", "<a/>"),
        ("text/plain", "id,name\n1,a\n"),
        ("text/event-stream", "data: hello\n\ndata: {broken\n\n"),
        ("application/ndjson", "1\n2\n"),
        ("text/json", "{broken"),
        pytest.param(
            "application/xml", "<a>" + "x" * 1_000_000 + "</a>", id="a megabyte", marks=pytest.mark.long
        ),
    ],
)
def test_of_other_texts_only_status_and_type_are_stated(project: Project, media: str, body: str) -> None:
    headers = (("Content-Type", media),)
    assert text_parts(Response(status=200, headers=headers, body=body.encode())) is None
    _record(project, media, body)
    (contract,) = _derived(project).contracts
    assert contract.summary.untyped == ({media: 1} if body else {})


def test_bytes_that_are_not_text_have_no_parts() -> None:
    headers = (("Content-Type", "text/csv"),)
    assert text_parts(Response(status=200, headers=headers, body=b"id,n\xe4me\n")) is None
