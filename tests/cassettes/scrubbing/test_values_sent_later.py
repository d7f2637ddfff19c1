"""A value that is scrubbed in a response and sent later has the same placeholder, so the request is found again."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.cassettes.scrubbing.filters import RecordingFilter
from pactape.cassettes.scrubbing.scrubber import Scrubber
from vcr.request import Request as VcrRequest

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "https://api.example.com"
TOKEN = "q8Zr1LmX0vTy7PbK"
ODD = "p@s/w&+=%q8Zr1LmX0'<"


def _get(path: str) -> VcrRequest:
    return VcrRequest("GET", HOST + path, None, {})


def _post(body: object, path: str = "/x") -> VcrRequest:
    headers = {"Content-Type": "application/json", "Content-Length": "1"}
    return VcrRequest("POST", HOST + path, json.dumps(body).encode(), headers)


def _response(body: object) -> dict[str, Any]:
    return {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["application/json"]},
        "body": {"string": json.dumps(body).encode()},
    }


#: A member of a response, and the request that sends its value.
LATER: dict[str, tuple[str, Any, Callable[[Any], VcrRequest]]] = {
    "a code in a path": ("invite_code", "X7K2QD", lambda code: _get(f"/invites/{code}/accept")),
    "a code of digits in a path": ("access_code", "493817", lambda code: _get(f"/invites/{code}")),
    "a code under another name": ("otp", "493817", lambda code: _post({"value": code})),
    "a code of digits as a number": ("otp", "493817", lambda code: _post({"value": int(code)})),
    "a code in a query": ("access_code", "8fK2mQ", lambda code: _get(f"/x?q={code}")),
    "a number in a path": ("pin", 482913, lambda pin: _get(f"/x/{pin}")),
    "a number as text": ("pin", 482913, lambda pin: _post({"pin": str(pin)})),
    "a number in a query": ("pin", 482913, lambda pin: _get(f"/x?pin={pin}")),
    "a number under another name": ("pin", 482913, lambda pin: _post({"value": pin})),
    "a code of a text": (
        "text",
        "Your verification code is 492817.",
        lambda text: _post({"code": text[-7:-1]}),
    ),
    "a token in quotation marks": (
        "message",
        'token="a+b/c=hV7qLx2Tn="',
        lambda message: _post({"id": message[7:-1]}),
    ),
    "a password of two words in a text": (
        "password",
        "tulip#7 gar&den",
        lambda password: VcrRequest("POST", f"{HOST}/x", f"I say {password} twice", {}),
    ),
    "a path whose escapes are mixed": (
        "client_secret",
        ODD,
        lambda secret: _get("/s/" + secret.replace("%", "%25").replace("/", "%2F").replace("<", "%3C")),
    ),
    "user and secret in base64": (
        "access_token",
        TOKEN,
        lambda token: _post({"m": base64.b64encode(f"x:{token}".encode()).decode()}),
    ),
}


@pytest.mark.parametrize("case", LATER)
def test_a_request_with_a_value_of_a_response_is_found_again(case: str) -> None:
    name, value, send = LATER[case]
    recording = RecordingFilter({})
    clean = json.loads(recording.response(_response({name: value}))["body"]["string"])[name]
    recorded, live = recording.request(send(value)), send(clean)
    replaying = RecordingFilter({})
    keys = [
        replaying.for_matching(each.method, each.uri, each.body, each.headers)[1:3]
        for each in (recorded, live)
    ]
    assert keys[0] == keys[1]
    assert clean != value


def test_the_length_of_a_body_is_that_without_the_code() -> None:
    recording = RecordingFilter({})
    recording.response(_response({"invite_code": "X7K2QD"}))
    request = recording.request(_post({"value": "X7K2QD"}))
    assert request.headers["Content-Length"] == str(len(request.body))


def test_a_short_secret_of_a_request_is_not_replaced_elsewhere() -> None:
    recording = RecordingFilter({})
    recording.request(_post({"user": "user01", "password": "user01"}))
    assert recording.request(_get("/users/user01")).uri == f"{HOST}/users/user01"


def test_a_port_is_not_a_code() -> None:
    recording = RecordingFilter({})
    recording.response(_response({"otp": "49381"}))
    assert (
        recording.request(VcrRequest("GET", "http://127.0.0.1:49381/x", None, {})).uri
        == "http://127.0.0.1:49381/x"
    )


def test_one_of_a_hundred_tokens_is_replaced_in_a_path_and_in_a_longer_text() -> None:
    recording = RecordingFilter({})
    tokens = [f"{number:02x}aB3dE5fG7hI9jK1lM" for number in range(100)]
    recording.response(_response({"tokens": [{"session_token": token} for token in tokens]}))
    request = recording.request(_post({"m": json.dumps({"k": f"pre-{tokens[90]}"})}, f"/s/{tokens[90]}/info"))
    assert tokens[90] not in f"{request.uri} {request.body}"


def test_one_of_a_hundred_tokens_is_replaced_in_a_path_of_a_long_text() -> None:
    scrubber = Scrubber()
    tokens = [f"{number:02x}aB3dE5fG7hI9jK1lM" for number in range(100)]
    scrubber.value({"tokens": tokens})
    assert tokens[90] not in scrubber.replace_known("a text " * 1000 + f"see /s/{tokens[90]}/info")


def test_a_short_cookie_that_is_no_session_stays() -> None:
    scrubber = Scrubber()
    headers = ["locale=de; Path=/", "cart=77; Path=/", "sid=ab12cd; Path=/"]
    assert [scrubber.header("Set-Cookie", header) for header in headers] == [
        "locale=de; Path=/",
        "cart=77; Path=/",
        "sid=scrubbed; Path=/",
    ]


def test_the_nonce_of_an_identity_token_stays() -> None:
    token = ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode()
        for part in (b'{"alg":"HS256"}', b'{"sub":"u1","nonce":"n-0S6_WzA2Mj"}', b"signature-of-it")
    )
    clean = json.loads(Scrubber().body(json.dumps({"id_token": token}).encode(), "application/json"))[
        "id_token"
    ]
    assert b'"nonce":"n-0S6_WzA2Mj"' in base64.urlsafe_b64decode(clean.split(".")[1] + "==")


def test_a_challenge_of_a_random_verifier_is_found_again() -> None:
    replaying = RecordingFilter({})
    keys = {
        replaying.for_matching("GET", f"{HOST}/authorize?code_challenge={challenge}", None, {})[1]
        for challenge in (
            "P3nJgdPIFRPbdw9AwANl0RBf4Wae24wob1KfiqW1rXo",
            "rbym_NRE1qLVO04wUqO3EzhkpqLOwi0KyNiv639kTbk",
        )
    }
    assert len(keys) == 1
