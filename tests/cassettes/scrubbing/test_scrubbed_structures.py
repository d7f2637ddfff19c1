"""Scrubbing odd and broken structures: what can't be taken apart keeps its bytes, what is around it is scrubbed."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from pactape.cassettes.scrubbing.filters import RecordingFilter
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.settings import ScrubSettings
from vcr.request import Request as VcrRequest

SECRET = "q8Zr1LmX0vTy7PbK"
JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\x1f\x8b\x08broken", "application/gzip"),
        (gzip.compress(bytes(range(256)), mtime=0), "application/gzip"),
        (gzip.compress(b'{"name": "Ada"}', mtime=0), "application/gzip"),
        (b"no boundary at all", "multipart/form-data"),
        (b"--b\r\nno header end", "multipart/form-data; boundary=b"),
        (
            b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n\xff\xfe\r\n--b--',
            "multipart/form-data; boundary=b",
        ),
        (b'id,"token\x00\n1,2\n', "text/csv"),
        (b"id,token\n1,2,3\n1,a\rb\n", "text/csv"),
        (b"[" * 100_000, JSON),
        (b'{"a": "mutation { a(pin: 0) }"}', JSON),
        (b'{"a": "Basic realm, please"}', JSON),
        (b'{"a": "see user:passphrase@example.org/ there"}', JSON),
        (b'{"a": "100%25 of 20%20 in%2Fthis%2Fpath"}', JSON),
        (b'{"a": "token qwertzuiopas is a word"}', JSON),
        (b"", JSON),
    ],
)
def test_what_contains_no_secret_keeps_its_bytes(body: bytes, kind: str) -> None:
    assert Scrubber().body(body, kind) == body


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ("mutation { a(pin: 4928) }", "mutation { a(pin: 0) }"),
        ("mutation { a(pin: 492.5) }", "mutation { a(pin: 0.0) }"),
    ],
)
def test_a_number_among_graphql_literals_stays_a_number(body: str, clean: str) -> None:
    assert Scrubber().body(body.encode(), "application/graphql").decode() == clean


@pytest.mark.parametrize(
    "text",
    [
        f"Basic {base64.b64encode(b'ada:pw').decode()}",
        "491723 is your verification code",
        f"db: ada:{SECRET}@db.example.org/shop",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_a_secret_in_a_text_is_scrubbed(text: str) -> None:
    assert Scrubber().text(text) != text


def test_a_yaml_list_of_mappings_below_a_credential_is_taken_apart() -> None:
    body = f"credentials_secret:\n  user: ada\n  password: {SECRET}\n".encode()
    assert SECRET.encode() not in Scrubber().body(body, "application/yaml")


def test_base64url_without_padding_keeps_its_alphabet() -> None:
    encoded = (
        base64.urlsafe_b64encode(json.dumps({"password": SECRET, "a": "ü?>~~~"}).encode())
        .decode()
        .rstrip("=")
    )
    clean = json.loads(Scrubber().body(json.dumps({"s": encoded}).encode(), JSON))["s"]
    decoded = base64.urlsafe_b64decode(clean + "=" * (-len(clean) % 4))
    assert (SECRET.encode() in decoded, "=" in clean, "+" in clean) == (False, False, False)


def test_equal_fields_are_noted_each_time() -> None:
    scrubber = Scrubber()
    scrubber.body(b'[{"password": "tulip77"}, {"password": "tulip77"}]', JSON)
    assert len(scrubber.replaced) == 2


def test_a_kept_cookie_stays() -> None:
    rules = ScrubRules.from_settings(ScrubSettings(keep=("theme",)))
    assert (
        Scrubber(rules).header("Cookie", "theme=darkest-blue; sid=x1") == "theme=darkest-blue; sid=scrubbed"
    )


def test_a_number_under_a_name_of_the_project_is_scrubbed() -> None:
    rules = ScrubRules.from_settings(ScrubSettings(names=("customerRef",)))
    assert Scrubber(rules).value({"customer_ref": 7, "page": 7}) == {"customer_ref": 0, "page": 7}


def test_a_value_by_itself_has_the_name_that_is_given() -> None:
    assert Scrubber().value("tulip", name="password") == "scrubbed"


def test_credentials_behind_a_scheme_in_another_header_keep_it() -> None:
    assert Scrubber().header("X-Auth-Token", f"Bearer {SECRET}") == "Bearer scrubbed"


def test_a_card_number_among_json_numbers_is_scrubbed() -> None:
    assert Scrubber().value({"card_number": 4111111111111111}) == {"card_number": 4000000000000000}


def test_a_secret_that_is_found_later_is_replaced_in_what_was_recorded_before() -> None:
    recording_filter = RecordingFilter({})
    request = recording_filter.request(
        VcrRequest("POST", f"https://a.test/{SECRET}", SECRET.encode(), {"X-Ref": SECRET})
    )
    answer = {"status": {"code": 200}, "headers": {"X-Ref": [SECRET]}, "body": {"string": SECRET.encode()}}
    response = recording_filter.response(answer)
    recording_filter.scrubber.value({"password": SECRET})
    again = recording_filter.with_later_secrets(request, response)
    assert SECRET not in f"{again[0].uri} {again[0].body!r} {again[0].headers} {again[1]}"


def test_a_request_matches_that_has_a_secret_in_its_path_that_was_sent_in_a_header() -> None:
    recorded = RecordingFilter({}).for_matching(
        "GET", "https://a.test/scrubbed-2/x", b'{"ref": "scrubbed-2"}', {}
    )
    live = RecordingFilter({}).for_matching(
        "GET", f"https://a.test/{SECRET}/x", f'{{"ref": "{SECRET}"}}'.encode(), {"X-Api-Key": SECRET}
    )
    assert (live[1], live[2]) == (recorded[1], recorded[2])


def test_a_body_that_cannot_be_read_is_not_recorded() -> None:
    assert RecordingFilter({}).request(VcrRequest("POST", "https://a.test/", object(), {})).body is None


def test_form_fields_get_the_content_type_that_is_sent() -> None:
    request = VcrRequest("POST", "https://a.test/", None, {})
    request.body = {"user": "ada", "password": SECRET}
    clean = RecordingFilter({}).request(request)
    assert (clean.body, clean.headers.get("Content-Type")) == (
        b"user=ada&password=scrubbed",
        "application/x-www-form-urlencoded",
    )


def test_a_response_given_as_text_is_scrubbed_and_a_damaged_coding_stays() -> None:
    recording_filter = RecordingFilter({})
    text = recording_filter.response({"headers": {}, "body": {"string": f'{{"password": "{SECRET}"}}'}})
    coded = {"headers": {"Content-Encoding": ["gzip"]}, "body": {"string": b"\x1f\x8b\x08broken"}}
    assert (text["body"]["string"], recording_filter.response(coded)) == (b'{"password": "scrubbed"}', coded)


@pytest.mark.parametrize(
    ("body", "clean", "kind"),
    [
        (rb'{"a": "caf\u00e9 password=%b"}', rb'{"a": "caf\u00e9 password=scrubbed"}', JSON),
        (
            rb'<script>{"a": "\ud83d\ude00 \u00e9 password=%b"}</script>' + "é".encode("latin-1"),
            rb'<script>{"a": "\ud83d\ude00 \u00e9 password=scrubbed"}</script>' + "é".encode("latin-1"),
            "text/html; charset=iso-8859-1",
        ),
        (b"<a><b>&#128512; password=%b</b></a>", b"<a><b>&#128512; password=scrubbed</b></a>", "text/xml"),
    ],
    ids=["JSON in ASCII", "JSON in a page in Latin-1", "XML in ASCII"],
)
def test_a_character_that_the_charset_lacks_stays_escaped_beside_a_secret(
    body: bytes, clean: bytes, kind: str
) -> None:
    assert Scrubber().body(body % SECRET.encode(), kind) == clean


@pytest.mark.parametrize(
    "document",
    [
        {"required": ["password", "api_key"]},
        {"i18n": {"api_key": "API-Schl\xfcssel"}},
        {"secret_id": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"},
        {"text": "Run chpasswd to change it; the ids are 1000:1000"},
        {"hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
        {"name": b"hello world hello world".hex()},
        {"text": "The password is SHA256-hashed, and the username and password must differ."},
        {"value": 'a:1:{s:4:"name";s:3:"Ada";}'},
    ],
    ids=[
        "names of fields",
        "a label",
        "a resource's name",
        "a command's name",
        "a digest",
        "words in digits",
        "prose",
        "a name of PHP",
    ],
)
def test_what_only_looks_like_a_structure_of_secrets_stays(document: dict[str, object]) -> None:
    body = json.dumps(document).encode()
    assert Scrubber().body(body, "application/json") == body
