"""NDJSON: lines of the usual form are decoded at once, others more slowly, with the same result."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.recorders import read_recording

from tests.helpers.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = st.text(max_size=8)
HEADERS = st.none() | st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS)) | st.lists(st.tuples(TEXTS, TEXTS))


def message(**required: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    coded = st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode())
    optional = {"headers": HEADERS, "body": st.none() | TEXTS, "body_base64": st.none() | coded}
    return st.fixed_dictionaries(required, optional=optional)


LINES = st.fixed_dictionaries(
    {
        "request": message(
            method=st.sampled_from(["get", "", "M-SEARCH"]), url=st.sampled_from(["https://a.test/x", ""])
        ),
        "response": message(status=st.integers(0, 700) | st.sampled_from(["200", None, 200.0])),
    },
    optional={
        "recorded_at": st.none() | st.sampled_from(["2026-01-31T12:00:00Z", "", "never"]),
        "test": st.none() | TEXTS,
        "unrecorded": st.lists(st.sampled_from(["request headers", "response body"]), max_size=2),
        "further": st.integers(),
    },
)


def outcome(path: Path, value: Any) -> Any:
    """What is read of a line, after one that shows the format."""
    first = {"request": {"method": "GET", "url": "https://a.test/"}, "response": {"status": 204}}
    path.write_text(f"{json.dumps(first)}\n{json.dumps(value)}\n", encoding="utf-8")
    recording = read_recording(path)
    return recording.exchanges[1:], recording.skipped


@given(value=LINES)
@examples(200)
def test_both_ways_to_read_a_line_give_the_same(tmp_path: Path, value: Any) -> None:
    quick = outcome(tmp_path / "a.ndjson", value)
    value["request"]["status"] = "a member of another type, which is ignored when the line is read slowly"
    assert outcome(tmp_path / "a.ndjson", value) == quick


@pytest.mark.parametrize("body", ["half \ud800", "whole \U0001f600", "\x00"])
def test_texts_that_are_hard_to_decode_are_read(tmp_path: Path, body: str) -> None:
    line = {
        "request": {"method": "GET", "url": "https://api.test/x"},
        "response": {"status": 200, "body": body},
    }
    path = tmp_path / "a.ndjson"
    path.write_text("\n\n" + json.dumps(line) + "\r\n", encoding="utf-8")
    (exchange,) = read_recording(path).exchanges
    assert exchange.response.body == body.encode("utf-8", "surrogatepass")
