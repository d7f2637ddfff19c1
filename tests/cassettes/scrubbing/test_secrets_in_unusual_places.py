"""Secrets in structures that are rarer than JSON and forms, and harmless fields that look like those."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest
from pactape.cassettes.scrubbing.scrubber import Scrubber

RANDOM = "q8Zr1LmX0vTy7PbK"
CHOSEN = "tulip-Garden-7"
CODE = "482913"
CURSOR = "1BLC45G1V9DOTLJ4HLSV3I7R1Q"
TOKEN = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vWxYz0"
HEX = "0f343b0931126a20f133d67c2b018a3b"
JSON, XML, HTML, TEXT = "application/json", "application/xml", "text/html", "text/plain"
YAML, CSV, MULTIPART = "application/yaml", "text/csv", "multipart/form-data; boundary=b"
LOGIN = json.dumps({"password": CHOSEN}).encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


BODIES: dict[str, tuple[str, str | bytes]] = {
    "gzip in base64": (JSON, json.dumps({"content": _base64(gzip.compress(LOGIN))})),
    "zlib in base64": (JSON, json.dumps({"content": _base64(zlib.compress(LOGIN))})),
    "an element inside the one with the name": (XML, f"<Password><Value>{CHOSEN}</Value></Password>"),
    "attributes in capitals": (XML, f'<Parameter Name="password" Value="{CHOSEN}"/>'),
    "elements in capitals": (HTML, f'<HTML><META NAME="csrf-token" CONTENT="{RANDOM}"></HTML>'),
    "a processing instruction": (XML, f'<?xml version="1.0"?><?auth password="{CHOSEN}"?><a/>'),
    "base64 in a script": (HTML, f"<html><script>s=JSON.parse(atob('{_base64(LOGIN)}'))</script></html>"),
    "code in a list of descriptions": (HTML, f"<dl><dt>API key</dt><dd><code>{RANDOM}</code></dd></dl>"),
    "a row of a table with a label": (HTML, f"<table><tr><th>Password</th><td>{CHOSEN}</td></tr></table>"),
    "a code in bold letters": (HTML, f"<p>Use code <b>{CODE}</b> to sign in</p>"),
    "a sentence": (JSON, json.dumps({"message": f"Your password is: {CHOSEN}"})),
    "an event with several lines of data": ("text/event-stream", f'data: {{"token":\ndata: "{RANDOM}"}}\n\n'),
    "an input behind a text": (HTML, f'Hello <input type="hidden" name="csrf_token" value="{RANDOM}">'),
    "markup in JSON": (JSON, json.dumps({"html": f'Hi <input name="csrf_token" value="{RANDOM}">'})),
    "a JSON patch": (JSON, json.dumps([{"op": "replace", "path": "/user/password", "value": CHOSEN}])),
    "short names of name and value": (JSON, json.dumps([{"k": "password", "v": CHOSEN}])),
    "an option among arguments": (JSON, json.dumps({"args": ["--user", "ada", "--password", CHOSEN]})),
    "a list of Kubernetes' secrets": (
        JSON,
        json.dumps({"kind": "SecretList", "items": [{"data": {"conf": CHOSEN}}]}),
    ),
    "a typed value": (JSON, json.dumps({"Item": {"password": {"S": CHOSEN}}})),
    "UTF-16 without a mark": ("application/json; charset=utf-16le", LOGIN.decode().encode("utf-16-le")),
    "a key over several lines of a configuration": (
        TEXT,
        f'A=1\nKEY="-----BEGIN RSA PRIVATE KEY-----\n{RANDOM * 3}\n-----END RSA PRIVATE KEY-----"\n',
    ),
    "quotation marks over several lines": (
        "application/toml",
        f'[a]\nsecret_key = """\n{RANDOM}\n"""\nb = 1\n',
    ),
    "a plug-in and a password of SQL": (
        TEXT,
        f"CREATE USER 'a' IDENTIFIED WITH mysql_native_password BY '{CHOSEN}';",
    ),
    "a role of SQL": (TEXT, f"CREATE ROLE a WITH LOGIN PASSWORD '{CHOSEN}';"),
    "a cell behind one of two lines": (CSV, f'id,note,password\n1,"a\nb",{CHOSEN}\n'),
    "a table below a title": (CSV, f"Users of the shop\n\nid,password\n1,{CHOSEN}\n"),
    "a table with one column": (CSV, f"password\n{CHOSEN}\n"),
    "a table of names and values": (CSV, f"key,value\ncolor,red\ndb_password,{CHOSEN}\n"),
    "a table behind a spreadsheet's note": (CSV, f"sep=;\nid;password\n1;{CHOSEN}\n"),
    "a row that is too short": (CSV, f"id,password,note\n1,{CHOSEN}\n"),
    "a field with an encoded name": (
        MULTIPART,
        f"--b\r\nContent-Disposition: form-data; name*=utf-8''password\r\n\r\n{CHOSEN}\r\n--b--\r\n",
    ),
    "a multipart body without a type": (
        "",
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{CHOSEN}\r\n--b--\r\n',
    ),
    "a field in Latin-1": (
        MULTIPART,
        b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n\xfc'
        + CHOSEN.encode()
        + b"\r\n--b--\r\n",
    ),
    "passwords in other languages": (JSON, json.dumps({"hasło": CHOSEN})),
    "a community string": (JSON, json.dumps({"snmp_community": CHOSEN})),
}
HEADERS = {
    "a protocol of a web socket": ("Sec-WebSocket-Protocol", f"graphql-ws, bearer.{RANDOM}"),
    "a protocol after another one": ("Sec-WebSocket-Protocol", f"bearer, {RANDOM}"),
    "a session in a path": ("Referer", "https://a.test/(S(lit3py55t21z5v55vlm25s55))/orders.aspx"),
    "a trigger of Slack": ("Location", f"https://hooks.slack.com/triggers/T00000001/1234567890123/{HEX}"),
    "a key of OpenWeather": ("Location", f"https://api.openweathermap.org/data/2.5/weather?q=x&appid={HEX}"),
}
HARMLESS: dict[str, tuple[str, str]] = {
    "cursors": (JSON, json.dumps({"feed_token": CURSOR, "tokenNext": CURSOR, "startAfterKey": CURSOR})),
    "methods of authentication": (JSON, json.dumps({"amr": ["pwd", "otp"]})),
    "names that are required": (JSON, json.dumps({"required": ["password", "token"]})),
    "words for people": (JSON, json.dumps({"translations": {"secret": "Geheimnis", "password": "Passwort"}})),
    "a sentence about cookies": (JSON, json.dumps({"cookie": "We use cookies"})),
    "withdrawals of a blockchain": (JSON, json.dumps({"withdrawal_credentials": f"0x00{HEX}{HEX[:30]}"})),
    "tokens of a text in a table": (CSV, "token,count\nhello,1\nworld99,2\n"),
    "a table of names and harmless values": (CSV, "key,value\ncolor,red\nsize,7\n"),
    "a program": (TEXT, "-token = old()\n+token = new()\n"),
}  # fmt: skip


@pytest.mark.parametrize("place", BODIES)
def test_a_secret_in_a_rare_structure_is_scrubbed(place: str) -> None:
    kind, body = BODIES[place]
    data = body if isinstance(body, bytes) else body.encode()
    clean = Scrubber().body(data, kind)
    assert clean != data
    assert not any(secret.encode() in clean.replace(b"\0", b"") for secret in (CHOSEN, RANDOM, CODE))


@pytest.mark.parametrize(
    ("place", "secret"), list(zip(HEADERS, (RANDOM, RANDOM, "lit3py55", HEX, HEX), strict=True))
)
def test_a_secret_in_a_rare_part_of_a_header_is_scrubbed(place: str, secret: str) -> None:
    assert secret not in Scrubber().header(*HEADERS[place])


@pytest.mark.parametrize("place", HARMLESS)
def test_a_harmless_field_like_it_stays(place: str) -> None:
    kind, body = HARMLESS[place]
    assert Scrubber().body(body.encode(), kind) == body.encode()


def test_compressed_text_in_base64_stays_compressed() -> None:
    body = json.dumps({"content": _base64(gzip.compress(LOGIN))}).encode()
    clean = json.loads(Scrubber().body(body, JSON))["content"]
    assert gzip.decompress(base64.b64decode(clean)) == b'{"password": "scrubbed"}'


@pytest.mark.parametrize("name", ["Sec-WebSocket-Key", "DKIM-Signature", "Signature-Input"])
def test_a_header_that_holds_no_credential_stays(name: str) -> None:
    assert Scrubber().header(name, "dGhlIHNhbXBsZSBub25jZQ==") == "dGhlIHNhbXBsZSBub25jZQ=="


def test_an_address_behind_the_word_token_in_a_path_stays() -> None:
    url = "https://a.test/token/EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v/price"
    assert Scrubber().url(url) == url


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, json.dumps({"users": {TOKEN: {"password": CHOSEN}}})),
        ("application/x-www-form-urlencoded", f"{TOKEN}=a&password[{TOKEN}]={CHOSEN}"),
        (CSV, f"id,{TOKEN}_password\n1,{CHOSEN}\n"),
    ],
    ids=["JSON", "a form", "a table"],
)
def test_a_token_that_is_a_name_is_scrubbed_and_never_shown(kind: str, body: str) -> None:
    scrubber = Scrubber()
    clean = scrubber.body(body.encode(), kind).decode()
    assert TOKEN not in f"{clean} {scrubber.replaced}"


def test_a_token_that_is_the_name_of_a_cookie_is_scrubbed() -> None:
    assert TOKEN not in Scrubber().header("Cookie", f"{TOKEN}=1")


def test_a_hash_without_a_long_run_of_letters_is_found() -> None:
    text = "hash bcrypt_sha256$ab.cd.ef.gh.ij.kl.mn.op.qr.st.uv"
    assert "qr.st" not in Scrubber().text(text)


def test_a_long_number_behind_a_name_does_not_hide_what_it_names() -> None:
    body = b'{"password16999": "tulip", "token20260101": "q8Zr1LmX0vTy7PbK"}'
    clean = Scrubber().body(body, "application/json")
    assert clean == b'{"password16999": "scrubbed", "token20260101": "scrubbed-2"}'
