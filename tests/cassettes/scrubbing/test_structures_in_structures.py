"""A secret by name goes wherever its structure is: in a listing, a cell, a log line, a script."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
import yaml
from pactape.cassettes.scrubbing.scrubber import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "q8Zr1LmX0vTy7PbK2w"
INNER = {
    "JSON": json.dumps({"api_key": SECRET}),
    "arguments": json.dumps({"cmd": ["prog", "--api-key", SECRET]}),
    "names and values": json.dumps({"env": [{"name": "API_KEY", "value": SECRET}]}),
    "an element": f"<a><b>1</b><api_key>{SECRET}</api_key></a>",
    "an attribute": f'<a><b x="1" api_key="{SECRET}"/></a>',
    "a property": f'<c><property name="api_key" value="{SECRET}"/></c>',
    "a section": f"<a><api_key><![CDATA[{SECRET}]]></api_key></a>",
    "an input": f"<form><input type='hidden' name='api_key' value='{SECRET}'></form>",
    "a form": f"a=1&api_key={SECRET}",
    "a form with JSON": f"payload={quote_plus(json.dumps({'api_key': SECRET}))}",
    "a program": f'const api_key = "{SECRET}";',
    "SQL": f"UPDATE users SET api_key = '{SECRET}' WHERE id = 1",  # noqa: S608 -- never executed
    "a command": f"prog --api-key {SECRET} run",
}
OUTER: dict[str, Callable[[str], str]] = {
    "a message": lambda text: json.dumps({"message": text}),
    "an error's description": lambda text: json.dumps({"errors": [{"description": f"got {text}"}]}),
    "lines of JSON": lambda text: f'{{"a": 1}}\n{json.dumps({"log": text})}\n',
    "a listing": lambda text: f"<html><body><pre>{html.escape(text)}</pre></body></html>",
    "a text area": lambda text: f"<html><body><textarea>{html.escape(text)}</textarea></body></html>",
    "an attribute": lambda text: f"<a body={quoteattr(text)}/>",
    "an element": lambda text: f"<a><body>{escape(text)}</body></a>",
    "a cell": lambda text: 'id,log\n1,"{}"\n'.format(text.replace('"', '""')),
    "a scalar of YAML": lambda text: yaml.safe_dump({"log": text}, width=1000),
    "a block of YAML": lambda text: f"log: |\n  {text}\n",
    "an event": lambda text: f"event: log\ndata: {text}\n\n",
    "a sentence": lambda text: f"The server said: {text} (see the docs)",
    "a Python literal": lambda text: f"Body: {text!r}",
    "a script": lambda text: f"<script>var x = JSON.parse({json.dumps(text)});</script>",
    "base64": lambda text: json.dumps({"content": base64.b64encode(text.encode()).decode()}),
}


@pytest.mark.parametrize("outer", OUTER)
def test_a_secret_in_a_structure_in_another_is_scrubbed(outer: str) -> None:
    texts = {inner: OUTER[outer](text) for inner, text in INNER.items()}
    assert [inner for inner, text in texts.items() if _holds_secret(Scrubber().body(text.encode(), ""))] == []


def _holds_secret(body: bytes) -> bool:
    if body.startswith(b'{"content"'):
        body = base64.b64decode(json.loads(body)["content"])
    return SECRET.encode() in body


def test_a_multipart_body_in_json_is_taken_apart() -> None:
    part = f'--B\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n{SECRET}\r\n--B--\r\n'
    assert SECRET not in Scrubber().body(json.dumps({"log": part}).encode(), "").decode()


@pytest.mark.parametrize(
    "value",
    [
        f"$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQxMjM0${SECRET}{SECRET}",
        f"pbkdf2_sha256$600000${SECRET}$EIBum6c2Vw{SECRET}=",
        "A3-Q8ZR1L-MX0VTY-7PBK2-W9XC4-B6NM3-Q8ZR1",
        f"https://hooks.zapier.com/hooks/catch/1234567/{SECRET[:7].lower()}/",
    ],
)
@pytest.mark.parametrize(
    "text", [json.dumps({"note": "%s"}), "see %s", "<a><b>%s</b></a>", "id,note\n1,%s\n"]
)
def test_a_secret_by_its_form_is_scrubbed_in_any_place(value: str, text: str) -> None:
    assert value not in Scrubber().body((text % value).encode(), "").decode()


def test_an_escaped_segment_of_a_path_loses_its_token() -> None:
    url = f"https://api.telegram.org/bot123456789%3AAA{SECRET}{SECRET[:15]}/getMe"
    assert Scrubber().url(url) == "https://api.telegram.org/botscrubbed/getMe"


@pytest.mark.parametrize(
    "text",
    [
        "password='' user='ada' host='db.example.com'",
        "class Api<Token> { List<String> names; }",
        "<p>Choose a <b>password</b> of at least 12 characters.</p>",
        'log: "the token expired; key = value"',
        "if (a < b && token > limit) { return; }",
        "embedding: AAAAAAAA8D8AAAAAAADwPw==",
        "AAAAAAAA8D8AAAAAAADwPw==",
    ],
)
def test_a_text_that_only_mentions_credentials_stays(text: str) -> None:
    assert (
        Scrubber().body(json.dumps({"message": text}).encode(), "") == json.dumps({"message": text}).encode()
    )
