"""Secrets in logs of changes, streams of pages, and tokens of a form of which a quick check could miss the mark."""

from __future__ import annotations

import base64
import json

import pytest
from pactape.cassettes.scrubbing.scrubber import Scrubber

CHOSEN = "tulip-Garden-7"
TOKEN = "lvWSwmwY5fOdyrIz"
FORM = f'<form><input type="hidden" name="authToken" value="{TOKEN}"></form>'
HEX = "0f343b0931126a20f133d67c2b018a3b"
JWE = f"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..{TOKEN}.{TOKEN * 3}.{TOKEN}"

BODIES: dict[str, tuple[str, str]] = {
    "the new value of a change": (
        CHOSEN,
        json.dumps([{"field": "password", "old_value": None, "new_value": CHOSEN}]),
    ),
    "the old value of a change": (
        CHOSEN,
        json.dumps([{"fieldName": "smtp_password", "oldValue": CHOSEN, "newValue": ""}]),
    ),
    "a page in an event stream": (TOKEN, f"data: {json.dumps({'delta': FORM})}\n\n"),
    "a dictionary of Python in base64": (
        CHOSEN,
        json.dumps({"data": base64.b64encode(f"{{'user': 'ada', 'api_key': '{CHOSEN}'}}".encode()).decode()}),
    ),
    "a glued name": (CHOSEN, f"HOST=a\nUSERPWD={CHOSEN}\n"),
    "a short session token": (CHOSEN, json.dumps({"session_token": CHOSEN})),
    "a key of hexadecimal digits": (HEX, json.dumps({"note": f"use {HEX}-0f343b09-2b018a3b"})),
    "hexadecimal digits after a point": (HEX, json.dumps({"note": f"mlsn.{HEX}{HEX}"})),
    "an encrypted token without a key": (TOKEN, json.dumps({"note": JWE})),
}


@pytest.mark.parametrize("place", BODIES)
def test_a_secret_in_a_body_is_scrubbed(place: str) -> None:
    secret, body = BODIES[place]
    clean = Scrubber().body(body.encode(), "").decode()
    parts = [clean, *(base64.b64decode(part["data"]).decode() for part in _encoded(clean))]
    assert not any(secret in part for part in parts)


def test_the_beginning_of_a_token_before_an_ellipsis_stays() -> None:
    body = json.dumps({"note": "eyJhbGciOi... is the token's beginning"}).encode()
    assert Scrubber().body(body, "application/json") == body


def _encoded(body: str) -> list[dict[str, str]]:
    return [json.loads(body)] if body.startswith('{"data"') else []
