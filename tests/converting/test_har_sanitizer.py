"""HAR files are sanitized wherever a tool may have put a secret, and stay as they are elsewhere."""

from __future__ import annotations

import base64
import gzip
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.converting.har_sanitizer import sanitize_har

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
PASSWORD = "hunter2pwSECRET99x"
BODY = json.dumps({"token": TOKEN, "password": PASSWORD}).encode()
ZIPPED = gzip.compress(BODY)
JSON_TYPE = {"name": "content-type", "value": "application/json"}
GZIP = {"name": "content-encoding", "value": "gzip"}
POLLY = {"name": "Polly.JS"}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def document(content: Any = None, *headers: Any, creator: Any = None, log: Any = None, **entry: Any) -> Any:
    response = {"status": 200, "headers": list(headers), "content": content or {}}
    request = {"method": "GET", "url": "https://a.test/", "headers": []}
    whole = {"request": request, "response": response, **entry}
    return {"log": {"creator": creator or {"name": "x"}, "entries": [whole], **(log or {})}}


def texts_of(value: str) -> Iterator[str]:
    """The text itself, and what its long words stand for in hex, in base64 and compressed."""
    yield value
    for word in re.findall(r"[A-Za-z0-9+/=]{40,}", value):
        for decode in (base64.b64decode, bytes.fromhex):
            with suppress(ValueError):
                data = decode(word)
                yield data.decode("latin-1")
                with suppress(OSError, EOFError):
                    yield gzip.decompress(data).decode("latin-1")


DOCUMENTS = [
    document({"text": encoded(ZIPPED), "encoding": "base64"}, JSON_TYPE, GZIP),
    document({"text": encoded(ZIPPED), "encoding": "BASE64"}, JSON_TYPE),
    document({"text": json.dumps([ZIPPED.hex()]), "_isBinary": True}, JSON_TYPE, GZIP, creator=POLLY),
    document({"text": json.dumps([encoded(ZIPPED)]), "encoding": "base64"}, JSON_TYPE, GZIP, creator=POLLY),
    document({"text": BODY.hex(), "encoding": "hex"}, JSON_TYPE),
    document({"text": encoded(ZIPPED[:30]), "encoding": "base64"}, JSON_TYPE, GZIP),
    document({}, {"name": "set-cookie", "value": f"a={PASSWORD}\nb={PASSWORD}"}),
    document(_webSocketMessages=[{"type": "send", "opcode": 1, "data": BODY.decode()}]),
    document(_initiator={"url": f"https://a.test/app.js?access_token={TOKEN}"}),
    document(cache={"comment": f"token {TOKEN}"}),
    document(_bodyOfRequest=BODY.decode()),
    document(log={"comment": f"Bearer {TOKEN}", "pages": [{"title": "t", "_note": TOKEN}]}),
]


@pytest.mark.parametrize("har", DOCUMENTS)
def test_no_secret_stays_in_any_part_or_encoding(har: Any) -> None:
    clean = json.dumps(sanitize_har(har, Scrubber()))
    assert not [text for text in texts_of(clean) if TOKEN in text or PASSWORD in text]


UNCHANGED = [
    document({"text": encoded(gzip.compress(b'{"id":7}')), "encoding": "base64"}, JSON_TYPE, GZIP),
    document(
        {"text": json.dumps([gzip.compress(b"{}").hex()]), "_isBinary": True}, JSON_TYPE, GZIP, creator=POLLY
    ),
    document(
        {"text": "{}"},
        JSON_TYPE,
        _initiator={"url": "https://a.test/app.js", "lineNumber": 7},
        _webSocketMessages=[{"data": '{"id": 7}'}],
        timings={"wait": 1.5},
        connection="443",
        comment="checkout, step 2",
    ),
]


@pytest.mark.parametrize("har", UNCHANGED)
def test_what_holds_no_secret_stays_unchanged(har: Any) -> None:
    (entry,) = sanitize_har(har, Scrubber())["log"]["entries"]
    (given,) = har["log"]["entries"]
    assert (entry["response"]["content"], {**entry, "request": 0, "response": 0}) == (
        given["response"]["content"],
        {**given, "request": 0, "response": 0},
    )


def test_a_body_that_can_not_be_read_is_removed_and_says_why() -> None:
    har = sanitize_har(document({"text": "zz", "encoding": "hex"}), Scrubber())
    assert har["log"]["entries"][0]["response"]["content"] == {
        "text": "",
        "encoding": "hex",
        "comment": "removed, because it can't be read and therefore can't be scrubbed",
    }


def test_a_cookie_has_the_same_placeholder_in_the_list_and_in_the_headers() -> None:
    har = document(
        None,
        request={
            "method": "GET",
            "url": "https://a.test/",
            "headers": [{"name": "Cookie", "value": "lang=first-value; sid=second-value"}],
            "cookies": [{"name": "lang", "value": "first-value"}, {"name": "sid", "value": "second-value"}],
        },
    )
    request = sanitize_har(har, Scrubber())["log"]["entries"][0]["request"]
    pairs = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in request["cookies"])
    assert (pairs, len({cookie["value"] for cookie in request["cookies"]})) == (
        request["headers"][0]["value"],
        2,
    )
