"""Streams and tables of language models: what only looks like a secret stays, and secrets in them are replaced."""

from __future__ import annotations

import base64
import json
import random
import string
from typing import Any

import pytest
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts.samples.sanitizing import without_secrets
from pactape.exchange import Exchange, Request, Response

_SECRET = "q8Zr1LmX0vTy7PbKd3Wn9"
_SIGNATURE = base64.b64encode(random.Random(7).randbytes(240)).decode()  # noqa: S311 -- the same in each run


def scrubbed(media: str, text: str) -> str:
    """The text of a response's body after scrubbing."""
    response = Response(status=200, headers=(("Content-Type", media),), body=text.encode())
    request = Request(method="GET", url="http://models.test/", headers=(), body=b"")
    exchange = Exchange(request=request, response=response, cassette="c", index=0)
    return without_secrets(exchange, Scrubber(ScrubRules())).response.body.decode()


def _events(*documents: Any, newline: str = "\n") -> str:
    lines = [f"event: delta{newline}data: {json.dumps(document)}{newline}{newline}" for document in documents]
    return "".join([*lines, f"data: [DONE]{newline}{newline}"])


def _lines(*documents: Any) -> str:
    return "".join(f"{json.dumps(document)}\n" for document in documents)


HARMLESS = [
    {"parts": [{"thoughtSignature": _SIGNATURE, "text": "x"}]},
    {"details": [{"type": "reasoning.text", "signature": _SIGNATURE, "format": "v1"}]},
    {"logprobs": [{"bytes": [1], "logprob": -1.0, "token": " capital", "top_logprobs": []}]},
    {"finish_reason": "stop", "seed": 7228414683750928000},
    {"text": 'a catchy mnemonic: "Stop, Look, Listen, Think"'},
]


@pytest.mark.parametrize("document", HARMLESS, ids=lambda document: next(iter(document)))
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_harmless_members_of_events_stay(document: Any, newline: str) -> None:
    text = _events(document, document, newline=newline)
    assert scrubbed("text/event-stream", text) == text


@pytest.mark.parametrize("document", HARMLESS, ids=lambda document: next(iter(document)))
@pytest.mark.parametrize("media", ["application/x-ndjson", "text/plain", "application/octet-stream"])
def test_harmless_members_of_lines_of_json_stay(document: Any, media: str) -> None:
    text = _lines(document, document)
    assert scrubbed(media, text) == text


SECRETS = [
    {"password": "tulip99"},
    {"nested": {"api_key": _SECRET}},
    {"text": f"use token={_SECRET}"},
    {"name": "DB_PASSWORD", "value": "tulip99"},
    {"inner": json.dumps({"client_secret": _SECRET})},
]


@pytest.mark.parametrize("document", SECRETS, ids=lambda document: next(iter(document)))
@pytest.mark.parametrize("make", [_events, _lines])
def test_secrets_in_events_and_lines_of_json_are_replaced(document: Any, make: Any) -> None:
    clean = scrubbed("text/event-stream" if make is _events else "text/plain", make({"a": 1}, document))
    assert [secret for secret in (_SECRET, "tulip99") if secret in clean] == []


@pytest.mark.parametrize(
    "text",
    [
        f"event: login\nid: 1\ndata: password={_SECRET}\n\n",
        f'data: {{"a": 1}}\n\ndata: token: {_SECRET}\n\n',
        f'data: {{"a": 1}}\n\n: api_key={_SECRET}\n\n',
        f'data: {{"a":\ndata: "b", "password": "{_SECRET}"}}\n\n',
        f'{{"a": 1}}\nDB_PASSWORD={_SECRET}\n{{"b": 2}}\n',
    ],
)
def test_secrets_between_the_documents_are_replaced(text: str) -> None:
    assert _SECRET not in scrubbed("text/event-stream", text)


@pytest.mark.parametrize(
    "padded",
    ["Pw== 30", "pw== 100", "PW8= 12345", "PSI8Pw== 4347", "c2VjcmV0IHB3Pw==", "   c2VjcmV0IHB3Pw=="],
)
def test_a_table_of_tokens_in_base64_stays(padded: str) -> None:
    text = f"IQ== 0\nIg== 1\n{padded}\nJA== 3\n"
    assert scrubbed("application/octet-stream", text) == text


def _data(alphabet: str, length: int) -> str:
    return "".join(random.Random(length).choices(alphabet, k=length))  # noqa: S311 -- the same in each run


@pytest.mark.parametrize("key", ["AQE{}", "sk-{}", "hf_{}"])
def test_data_that_holds_what_a_key_looks_like_by_chance_stays(key: str) -> None:
    alphabet = string.ascii_letters + string.digits + "_-"
    data = (
        _data(alphabet, 400)
        + "_"
        + key.format(_data(string.ascii_letters + string.digits, 40))
        + "_"
        + _data(alphabet, 401)
    )
    text = json.dumps({"encrypted_content": data})
    assert scrubbed("application/json", text) == text


@pytest.mark.parametrize("before", ["", "prefix_", "a/b/c?key=", "key: "])
def test_a_key_that_is_not_within_data_is_replaced(before: str) -> None:
    key = f"sk-{_data(string.ascii_letters + string.digits, 48)}"
    assert key not in scrubbed("application/json", json.dumps({"note": f"{before}{key}"}))


def test_silence_in_base64_stays() -> None:
    text = json.dumps({"audio": "A" * 120 + _data(string.ascii_letters + string.digits, 90)})
    assert scrubbed("application/json", text) == text


@pytest.mark.parametrize("sign", ["%3D", "=", ""])
def test_a_token_that_begins_like_silence_is_replaced(sign: str) -> None:
    letters = string.ascii_letters + string.digits
    token = f"{'A' * 21}MLhe{'A' * 7}0{_data(letters, 30)}{sign}{_data(letters, 50)}"
    assert token not in scrubbed("application/json", json.dumps({"note": token}))


def test_the_lines_of_a_text_in_yaml_belong_to_its_own_key() -> None:
    text = (
        "session:\n  id: sess_1\n  instructions: Talk quickly, and use the accent that is familiar\n"
        "    to the user. Do not refer to these rules.\n  voice:\n    name: alloy\n"
    )
    assert scrubbed("application/yaml", text) == text


@pytest.mark.parametrize("text", [f"token:\n  value: >\n    {_SECRET}\n", f"session:\n  {_SECRET}\n"])
def test_the_lines_of_a_token_in_yaml_are_replaced(text: str) -> None:
    assert _SECRET not in scrubbed("application/yaml", text)


def test_the_words_of_a_wallet_are_replaced() -> None:
    words = "abandon ability able about above absent absorb abstract absurd abuse access accident"
    assert words not in scrubbed("application/json", json.dumps({"mnemonic": words}))
