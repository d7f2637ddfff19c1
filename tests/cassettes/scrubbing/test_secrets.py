"""Planted secrets: none reaches the disk, linting finds each, and what is no secret stays unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.cassettes import RecordMode, use_cassette
from pactape.cassettes.maintenance.lint import FoundSecret, lint_cassette
from pactape.cassettes.scrubbing.detection.cards import is_card_number
from pactape.cassettes.scrubbing.detection.providers import FORMS as PROVIDER_FORMS
from pactape.cassettes.scrubbing.scrubber import Scrubber
from vcr.request import Request as VcrRequest
from vcr.serialize import serialize
from vcr.serializers import yamlserializer

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = "q8Zr1LmX0vTy7PbKw3Nd"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAq8Zr1LmX0vTy7PbKw3Nd\n-----END RSA PRIVATE KEY-----"
HEX = "0123456789abcdef" * 4
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
TRICKY = 'ab "\\\n:,{'  # what JSON escapes and what it is made of

HEADERS = [
    ("Authorization", f"Bearer {RANDOM}"),
    ("Authorization", "Basic QWxhZGRpbjpvcGVuc2VzYW1l"),
    ("Authorization", RANDOM),
    ("Authorization", f"AWS4-HMAC-SHA256 Credential={RANDOM}/20130524, Signature={RANDOM}"),
    ("Proxy-Authorization", f"Basic {RANDOM}"),
    ("X-Api-Key", RANDOM),
    ("Api-Key", RANDOM),
    ("DD-APPLICATION-KEY", RANDOM),
    ("Ocp-Apim-Subscription-Key", RANDOM),
    ("x-functions-key", RANDOM),
    ("X-Auth-Token", RANDOM),
    ("X-Vault-Token", RANDOM),
    ("Private-Token", RANDOM),
    ("X-Shopify-Access-Token", RANDOM),
    ("X-Amz-Security-Token", RANDOM),
    ("X-CSRF-Token", RANDOM),
    ("X-Custom-Auth-Data", RANDOM),
    ("Cookie", f"theme=dark; session={RANDOM}"),
    ("Set-Cookie", f"session={RANDOM}; Path=/; HttpOnly"),
    ("Location", f"https://app.example.com/callback?code={RANDOM}&state=xyz"),
    ("X-Trace", f"jwt {JWT}"),
]
QUERIES = [
    f"api_key={RANDOM}",
    f"access_token={RANDOM}",
    f"sv=2022-11-02&sig={quote(RANDOM)}",
    f"X-Amz-Signature={HEX}&X-Amz-Credential={RANDOM}",
    f"X-Goog-Signature={HEX}",
    f"oauth_signature={RANDOM}&oauth_token={RANDOM}",
    f"password={RANDOM}",
    f"token={quote(JWT)}",
    f"next=https%3A%2F%2Fada%3A{RANDOM}%40db.example.com%2F",
    "card_number=4111111111111111",
]
FORMS = [
    f"grant_type=client_credentials&client_id=web&client_secret={RANDOM}",
    f"grant_type=refresh_token&refresh_token={RANDOM}",
    f"grant_type=authorization_code&code={RANDOM}&redirect_uri=https%3A%2F%2Fapp.example.com",
    f"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={JWT}",
    f"grant_type=password&username=ada&password={RANDOM}",
    f"client_assertion={JWT}",
    f"subject_token={RANDOM}",
    f"code_verifier={RANDOM}",
    "number=5500005555555559&exp_month=8",
]
VALUES = [
    {"access_token": RANDOM, "token_type": "Bearer", "expires_in": 3600},
    {"refresh_token": RANDOM},
    {"id_token": JWT},
    {"client_secret": RANDOM},
    {"user": {"password": RANDOM}},
    {"items": [{"apiKey": RANDOM}]},
    {"newPassword": RANDOM},
    {"private_key": KEY},
    {"text": KEY},
    {"otp": 492817},
    {"token_for_upload": RANDOM},
    {"note": f"my token is {JWT}, keep it"},
    {"url": f"postgresql://ada:{RANDOM}@db.example.com/shop"},
    {"curl": f"curl -H 'Authorization: Bearer {RANDOM}'"},
    {"payload": json.dumps({"password": RANDOM})},
    {"card": {"number": "4111111111111111"}},
    {"card_number": 4111111111111111},
    {"note": "paid with 4111 1111 1111 1111"},
    {"note": "AKIA" + "IOSFODNN7EXAMPLE"},
    {"note": "ghp_" + "a1B2" * 9},
    {"note": "github_pat_" + RANDOM * 2},
    {"note": "glpat-" + RANDOM},
    {"note": "xoxb-" + "1234567890-" + RANDOM},
    {"note": "https://hooks.slack.com/services/" + f"T00000000/B00000000/{RANDOM}"},
    {"note": "sk_live_" + RANDOM},
    {"note": "whsec_" + RANDOM},
    {"note": "AIza" + "SyA1" * 8 + "abc"},
    {"note": "ya29." + RANDOM},
    {"note": f"SG.{RANDOM}.{RANDOM}"},
    {"note": "npm_" + "a1B2" * 9},
    {"note": "pypi-" + RANDOM * 3},
    {"note": "sk-ant-" + RANDOM * 2},
    {"note": "SK" + "0123456789abcdef" * 2},
    {"note": "dop_v1_" + HEX},
    {"note": "hf_" + RANDOM * 2},
    {"note": "shpat_" + "0123456789abcdef" * 2},
    {"note": "1234567890:AA" + "a1-" * 11},
    {"note": "DefaultEndpointsProtocol=https;AccountKey=" + RANDOM * 3 + "=="},
]
OTHERS = [
    (
        "multipart/form-data; boundary=b",
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{RANDOM}\r\n--b--',
    ),
    ("application/xml", f"<r><Credentials><SecretAccessKey>{RANDOM}</SecretAccessKey></Credentials></r>"),
    ("application/xml", f"<r><SessionToken>{RANDOM}</SessionToken></r>"),
    ("text/plain", KEY),
]
BODIES = [*((FORM, form) for form in FORMS), *((JSON, json.dumps(content)) for content in VALUES), *OTHERS]
SECRETS = (RANDOM, JWT, KEY, json.dumps(KEY)[1:-1], HEX, "4111111111111111", "5500005555555559", "492817")


def assert_clean(text: str, before: str) -> None:
    assert text != before
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_a_secret_header_is_scrubbed(name: str, value: str) -> None:
    assert_clean(Scrubber().header(name, value), value)


@pytest.mark.parametrize("query", QUERIES)
def test_a_secret_in_a_url_is_scrubbed(query: str) -> None:
    url = f"https://api.example.com/a?{query}"
    assert_clean(Scrubber().url(url), url)


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_a_secret_in_a_body_is_scrubbed(kind: str, body: str) -> None:
    assert_clean(Scrubber().body(body.encode(), kind).decode(), body)


@pytest.mark.parametrize(("kind", "body"), [body for body in BODIES if body[0] == JSON])
def test_a_scrubbed_json_body_is_json_still(kind: str, body: str) -> None:
    assert json.loads(Scrubber().body(body.encode(), kind)).keys() == json.loads(body).keys()


def cassette(path: Path, *, url: str, headers: dict[str, str], kind: str, body: str) -> Path:
    request = VcrRequest("POST", url, body, {**headers, "Content-Type": kind})
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b""}}
    path.write_text(serialize({"requests": [request], "responses": [answer]}, yamlserializer))
    return path


PLANTED = [
    *(("https://a.test/", {name: value}, "text/plain", "") for name, value in HEADERS),
    *((f"https://a.test/?{query}", {}, "text/plain", "") for query in QUERIES),
    *(("https://a.test/", {}, kind, body) for kind, body in BODIES),
]


@pytest.mark.parametrize(("url", "headers", "kind", "body"), PLANTED)
def test_linting_finds_what_older_cassettes_hold_and_never_shows_it(
    tmp_path: Path, url: str, headers: dict[str, str], kind: str, body: str
) -> None:
    findings = lint_cassette(cassette(tmp_path / "tape.yaml", url=url, headers=headers, kind=kind, body=body))
    assert findings
    assert not [secret for secret in SECRETS if secret in "".join(map(str, findings))]


def test_at_least_sixty_shapes_are_planted() -> None:
    assert len(PLANTED) >= 60


def test_a_finding_says_file_interaction_place_and_kind(tmp_path: Path) -> None:
    path = cassette(
        tmp_path / "t.yaml", url="https://a.test/", headers={}, kind=JSON, body=f'{{"a": "{JWT}"}}'
    )
    assert lint_cassette(path) == [
        FoundSecret(
            cassette=str(path), interaction=0, place="request body", kind="JSON Web Token", field="$.a"
        )
    ]


def test_nothing_is_found_in_what_was_recorded_here(tmp_path: Path) -> None:
    path = tmp_path / "tape.yaml"
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": b""}}
    with use_cassette(path, mode=RecordMode.ALL) as tape:
        for url, headers, kind, body in PLANTED:
            tape.player.append(VcrRequest("POST", url, body, {**headers, "Content-Type": kind}), answer)
    assert lint_cassette(path) == []
    assert not [secret for secret in SECRETS if secret in path.read_text()]


HARMLESS = [
    {"id": "9f1c2f1e-7c53-4f0e-9d3a-2f1b6c1f4a11", "author": "ada", "tokenType": "Bearer"},
    {"next_page_token": "CAUQAA", "nextToken": "abc"},
    {"created_at": "2026-01-01T00:00:00Z", "sha": HEX, "order_number": "4111111111111112"},
    {"id": 4111111111111111, "phone": "+49 30 1234567"},
    {"auth_url": "https://login.example.com/authorize", "session_count": 3},
    {"signature": "-----BEGIN PGP SIGNATURE-----\nwsBcBAABCAAQ\n-----END PGP SIGNATURE-----"},
]


@pytest.mark.parametrize("value", HARMLESS)
def test_what_is_not_a_secret_stays_unchanged(value: dict[str, object]) -> None:
    body = json.dumps(value).encode()
    assert Scrubber().body(body, JSON) == body


@pytest.mark.parametrize(
    "body", ['{"password":"<REDACTED>"}', '{"token": "********"}', '{"secret": "YOUR_API_KEY"}']
)
def test_a_placeholder_is_nothing_to_report(tmp_path: Path, body: str) -> None:
    path = cassette(tmp_path / "tape.yaml", url="https://a.test/", headers={}, kind=JSON, body=body)
    assert lint_cassette(path) == []


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_scrubbing_twice_is_scrubbing_once(kind: str, body: str) -> None:
    once = Scrubber().body(body.encode(), kind)
    assert Scrubber().body(once, kind) == once


@given(st.dictionaries(st.text("abcdef_", min_size=1, max_size=5), st.text(TRICKY, max_size=9) | st.none()))
def test_bytes_without_a_secret_stay_to_the_last_space(value: dict[str, object]) -> None:
    body = json.dumps(value, indent=1).encode()
    assert Scrubber().body(body, JSON) == body


@given(st.sampled_from(["4111111111111111", "5500005555555559", "340000000000009"]), st.integers(1, 9))
def test_a_card_number_with_another_check_digit_is_none(number: str, more: int) -> None:
    wrong = (int(number[-1]) + more) % 10
    assert not is_card_number(number[:-1] + str(wrong))


MARKS = [mark for form in PROVIDER_FORMS for mark in form.marks]
TOKENS = [JWT, KEY, f"ghp_{'a' * 36}", f"AKIA{'A' * 16}", "://ada:pw@", "sk-"]


def test_a_token_with_a_hyphen_every_few_characters_is_replaced() -> None:
    token = "sq0atp-aB3dE5gH7-kL9nO1qR2t-_"
    assert token not in Scrubber().text(token)


@given(
    st.lists(
        st.sampled_from([*MARKS, *TOKENS, " ", "a", "0", "/", ":", "-", "y" * 40, "A1" * 20]), max_size=8
    )
)
def test_looking_for_marks_first_changes_nothing_that_is_scrubbed(parts: list[str]) -> None:
    text = "".join(parts)
    kinds = [form.kind for form in PROVIDER_FORMS if not form.checked and form.form.search(text)]
    assert not kinds or Scrubber().text(text) != text
