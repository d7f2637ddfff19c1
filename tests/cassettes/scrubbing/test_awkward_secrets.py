"""Secrets in awkward places: behind spellings, encodings, and forms that only nearly are what they seem."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from pactape.cassettes.scrubbing.filters import RecordingFilter
from pactape.cassettes.scrubbing.scrubber import Scrubber
from vcr.request import Request as VcrRequest

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "q8Zr1LmX0vTy7PbK"
LOGIN = f'{{ login(password: "{SECRET}") }}'
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

BODIES: dict[str, tuple[str, str | bytes]] = {
    "name and value in a list of secrets": (JSON, json.dumps({"secrets": [{"name": "A", "value": SECRET}]})),
    "base64 with slashes": (
        "text/xml",
        f"<Credentials><SessionToken>AQoDYXdz//{SECRET}</SessionToken></Credentials>",
    ),
    "an option of a command": (JSON, json.dumps({"cmd": f"docker login --password {SECRET}"})),
    "a password glued to its option": (JSON, json.dumps({"cmd": f"mysql -u root -p{SECRET} shop"})),
    "a command that types a password": (JSON, json.dumps({"cmd": f"sshpass -p {SECRET} ssh host"})),
    "a netrc file": ("text/plain", f"machine a.test login ada password {SECRET}\n"),
    "a list in YAML": ("application/yaml", f"tokens:\n  - {SECRET}\n"),
    "a table in JSON": (JSON, json.dumps({"table": f"id,password\n1,{SECRET}"})),
    "a key of PGP with its version": (
        JSON,
        json.dumps(
            {
                "file": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v1.4.10 (GNU/Linux)\n\n"
                f"{SECRET * 9}\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----\n"
            }
        ),
    ),
    "a cut-off key of PGP": (
        JSON,
        json.dumps(
            {
                "file": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v1.4.10 (GNU/Linux)\n\n"
                f"{SECRET}\n"
            }
        ),
    ),
    "a key in a program": (
        "text/plain",
        f'key = "-----BEGIN PRIVATE KEY-----\\n" +\n  "{SECRET * 9}\\n" +\n  "-----END PRIVATE KEY-----"\n',
    ),
    "a list below the name": (JSON, json.dumps({"token": [SECRET]})),
    "the second of two items below the name": (JSON, json.dumps({"token": ["short", SECRET]})),
    "a list of name and value": (JSON, json.dumps([["x-api-key", SECRET]])),
    "an object below the name": (JSON, json.dumps({"password": {"plain": SECRET}})),
    "a value below the name": (JSON, json.dumps({"token": {"value": "short", "plain": SECRET}})),
    "an object deep below the name": (JSON, json.dumps({"password": {"a": [{"b": {"c": SECRET}}]}})),
    "a secret name below another": (JSON, json.dumps({"auth": {"type": "none", "password": SECRET}})),
    "an escaped name": (JSON, '{"pass\\u0077ord": "' + SECRET + '"}'),
    "a byte order mark": (JSON, b"\xef\xbb\xbf" + json.dumps({"password": SECRET}).encode()),
    "name and value apart": (JSON, json.dumps([{"name": "password", "value": SECRET}])),
    "a GraphQL literal": (
        JSON,
        json.dumps({"query": f'mutation {{ login(password: "{SECRET}") {{ id }} }}'}),
    ),
    "a GraphQL block string": (
        JSON,
        json.dumps({"query": f'mutation {{ login(password: """{SECRET}""") }}'}),
    ),
    "a GraphQL default": (JSON, json.dumps({"query": f'query Q($token: String! = "{SECRET}") {{ a }}'})),
    "a form by no name": ("", f"user=ada&password={SECRET}"),
    "a form as plain text": ("text/plain", f"user=ada&password={SECRET}"),
    "a form in capitals": ("Application/X-WWW-Form-Urlencoded", f"user=ada&password={SECRET}"),
    "a form value with a semicolon": (FORM, f"user=ada&password=a;{SECRET}"),
    "a form value with a quote": (FORM, f"user=ada&password=a'{SECRET}"),
    "an event stream": ("text/event-stream", f'data: {{"access_token": "{SECRET}"}}\n\n'),
    "a script": ("application/javascript", f'callback({{"access_token": "{SECRET}"}})'),
    "an XML attribute": ("application/xml", f'<login user="ada" password="{SECRET}"/>'),
    "an XML section": ("application/xml", f"<login><password><![CDATA[{SECRET}]]></password></login>"),
    "an HTML field": ("text/html", f'<form><input type="hidden" name="csrf_token" value="{SECRET}"></form>'),
    "an unquoted multipart name": (
        "multipart/form-data; boundary=x",
        f"--x\r\nContent-Disposition: form-data; name=password\r\n\r\n{SECRET}\r\n--x--\r\n",
    ),
    "Latin-1": (JSON, '{"name": "Jürgen", "password": "'.encode("latin-1") + SECRET.encode() + b'"}'),
    "UTF-16": (f"{JSON}; charset=utf-16", json.dumps({"password": SECRET}).encode("utf-16")),
}
HEADERS = {
    "the second cookie of a folded header": ("Set-Cookie", f"a=short; Path=/, session={SECRET}; Path=/"),
    "an old cookie header": ("Set-Cookie2", f"session={SECRET}; Version=1"),
    "a challenge": ("WWW-Authenticate", f'Bearer realm="x", token="{SECRET}"'),
    "a bare key": ("X-Key", SECRET),
    "a code in a redirect": ("Location", f"https://app.test/callback?code={SECRET}"),
}
URLS = {
    "a session in the path": f"https://a.test/users;jsessionid={SECRET}?page=2",
    "a bare key": f"https://a.test/users?key={SECRET}",
    "variables": f"https://a.test/graphql?variables={quote(json.dumps({'password': SECRET}))}",
    "a query": f"https://a.test/graphql?query={quote(LOGIN)}",
}


@pytest.mark.parametrize("place", BODIES)
def test_a_secret_in_a_body_is_scrubbed(place: str) -> None:
    kind, body = BODIES[place]
    clean = Scrubber().body(body if isinstance(body, bytes) else body.encode(), kind)
    assert SECRET not in clean.decode("utf-16" if place == "UTF-16" else "latin-1")


@pytest.mark.parametrize("place", BODIES)
def test_scrubbing_such_a_body_twice_is_scrubbing_it_once(place: str) -> None:
    kind, body = BODIES[place]
    once = Scrubber().body(body if isinstance(body, bytes) else body.encode(), kind)
    assert Scrubber().body(once, kind) == once


@pytest.mark.parametrize("place", HEADERS)
def test_a_secret_in_a_header_is_scrubbed(place: str) -> None:
    assert SECRET not in Scrubber().header(*HEADERS[place])


@pytest.mark.parametrize("place", URLS)
def test_a_secret_in_a_url_is_scrubbed(place: str) -> None:
    assert SECRET not in Scrubber().url(URLS[place])


@pytest.mark.parametrize("number", ["-7281", "492.5"])
def test_a_number_below_a_secret_name_is_scrubbed(number: str) -> None:
    assert json.loads(Scrubber().body(f'{{"pin": {number}}}'.encode(), JSON)) == {"pin": 0}


def test_a_passphrase_with_dots_is_not_a_variable() -> None:
    body = Scrubber().body(b'{"encryption_key": "correct.horse.battery.staple"}', JSON)
    assert body == b'{"encryption_key": "scrubbed"}'


def test_a_compressed_request_is_scrubbed_and_kept_readable() -> None:
    body = gzip.compress(json.dumps({"password": SECRET}).encode())
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip", "Content-Length": str(len(body))}
    clean = RecordingFilter({}).request(VcrRequest("POST", "https://a.test/", body, headers))
    assert (json.loads(clean.body), dict(clean.headers)) == (
        {"password": "scrubbed"},
        {"Content-Type": JSON, "Content-Length": "24"},
    )


@pytest.mark.parametrize(
    "scrub",
    [
        lambda: Scrubber().body(bytes(range(256)) + b'"password": "x"', "image/png"),
        lambda: Scrubber().body('{"key": "short", "name": "Jürgen"}'.encode("latin-1"), JSON),
        lambda: Scrubber().body(b'<a href="/" accesskey="1">Home</a>', "text/html"),
        lambda: Scrubber().body(b"a sentence with a = sign & more", "text/plain"),
    ],
)
def test_what_contains_no_secret_keeps_its_bytes(scrub: Callable[[], bytes]) -> None:
    assert b"scrubbed" not in scrub()


@pytest.mark.parametrize(
    "value",
    [
        {"errors": {"password": [{"error": "ERR_TOO_SHORT", "description": "is too short"}]}},
        {
            "preview_api_key": {
                "sys": {"type": "Link", "linkType": "PreviewApiKey", "id": "5qLbfkKqjxYWYrd0gYVOJg"}
            }
        },
        {"token": {"expires_at": "2026-11-23T10:00:00Z", "scopes": ["read"], "count": 3}},
    ],
)
def test_an_object_below_a_secret_name_is_judged_by_its_own_fields(value: object) -> None:
    body = json.dumps(value).encode()
    assert Scrubber().body(body, JSON) == body
