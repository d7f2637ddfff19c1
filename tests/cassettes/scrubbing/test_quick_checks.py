"""The quick checks: what they pass over holds nothing that the walk would replace."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pactape.cassettes.scrubbing.quick_checks.checks import QuickChecks
from pactape.cassettes.scrubbing.replacing.replacements import Replacements
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.cassettes.scrubbing.texts.plain_texts import is_plain_text, plain_texts_among
from pactape.cassettes.scrubbing.walk import Walk

from tests.cassettes.scrubbing.helpers.planted_secrets import planted_cases
from tests.helpers.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "q8Zr1LmX0vTy7PbK"
#: Larger documents are not decoded as a whole.
LARGE_DOCUMENT = 2**17
NAMES = st.sampled_from(
    [
        *(
            "id",
            "name",
            "value",
            "key",
            "type",
            "token",
            "password",
            "code",
            "phone",
            "scope",
            "sensitive",
            "kty",
        ),
        *(
            "cards",
            "number",
            "pin",
            "query",
            "variables",
            "text",
            "secret",
            "auth",
            "private",
            "license",
            "a:b",
        ),
        *('q"uote', "grant_type"),
    ]
)
TEXTS = st.sampled_from(
    [
        *(
            "",
            "Ada",
            "secret",
            "password",
            SECRET,
            f"token={SECRET}",
            "4111111111111111",
            "123456",
            "2026-01-01",
        ),
        *("https://example.com/users{/id}#top", f"https://ada:{SECRET}@example.com/", "mit", "token", "%s"),
        *(f"https://example.com/reset/{SECRET}", f"https://example.com/?sig={SECRET}", "<b>bold</b>"),
        *(
            "https://example.com/?page=2&ref=main",
            "https://example.com/%7Bid%7D/a",
            f"<a password='{SECRET}'/>",
        ),
        *(f"db.example.org:5432:shop:ada:{SECRET}", f"curl -u ada:{SECRET} x", "the code is 12"),
        *("login code: 123456", f'{{"password": "{SECRET}"}}', "eyJwYXNzd29yZCI6ICJ0dWxpcGVuIn0="),
        *(f"api key: {SECRET}", f"a\nsecurity code: {SECRET}", f"Bearer {SECRET}", f"Cookie: a={SECRET}"),
        *(
            "query($p: String) { a(password: $p) }",
            "E0FA:1940:3DD7E06:65F260E:5FCFDDBF",
            "4111-1111-1111-1111",
        ),
        *(
            "ghp_" + "aB3" * 12,
            "docker login --password tulip7",
            "id,password\n1,tulip7",
            "mysql -ptulip7 db",
        ),
        *("machine a.b login ada password tulip7", "tokens:\n  - tulips"),
    ]
)
SCALARS = TEXTS | st.sampled_from([None, True, False, 0, 7, 4242, 4111111111111111, 1.5, 123456])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def _walked(text: str, scrub: Callable[[Walk, str], str]) -> str:
    return scrub(Walk(ScrubRules(), Replacements(), size=len(text)), text)


@examples(400)
@example({"grant_type": {"code": "Ada"}})
@given(VALUES)
def test_the_walk_leaves_a_document_that_the_check_passes_over(value: Any) -> None:
    text = json.dumps(value)
    if QuickChecks(ScrubRules()).is_clean_document(text.encode()):
        assert _walked(text, lambda walk, each: walk.body(each, "application/json")) == text


@pytest.mark.long
@examples(200)
@given(VALUES)
def test_the_walk_leaves_a_large_document_that_the_check_passes_over(value: Any) -> None:
    text = json.dumps([value, [" " * LARGE_DOCUMENT]])
    if QuickChecks(ScrubRules()).is_clean_document(text.encode()):
        assert _walked(text, lambda walk, each: walk.body(each, "application/json")) == text


@examples(300)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(["", " ", "\n", "&", ": ", "/"]))
def test_the_walk_leaves_a_text_that_holds_nothing(parts: list[str], between: str) -> None:
    text = between.join(parts)
    if is_plain_text(text):
        assert _walked(text, Walk.nested_document) == text


def test_a_check_remembers_documents_and_strings() -> None:
    checks = QuickChecks(ScrubRules())
    body = json.dumps({"url": "https://example.com/" + "a" * 200, "name": "Ada"}).encode()
    assert [checks.is_clean_document(body) for _ in range(2)] == [True, True]
    assert checks.is_clean_document(body.replace(b"Ada", b"Bob"))


@pytest.mark.parametrize(
    ("document", "is_clean"),
    [
        ({"license": {"key": "mit"}, "private": False, "token": None}, True),
        ({"token": SECRET}, False),
        ({"code": SECRET, "redirect_uri": "x"}, False),
        ({"code": "DE", "scope": "x"}, True),
        ({"cards": [4111111111111111]}, False),
        ({"number": 4111111111111111}, False),
        ({"number": 7, "id": 4111111111111111}, True),
        ({"value": "tulips", "sensitive": True}, False),
        ({"value": "tulips", "sensitive": False}, True),
        ({"name": "password", "value": "tulips"}, False),
        ([["password", "tulips"]], False),
        ({"query": "query($p: String) { a(password: $p) }", "variables": {"p": "tulips"}}, False),
    ],
)
def test_names_decide_with_what_stands_beside_them(document: Any, *, is_clean: bool) -> None:
    assert QuickChecks(ScrubRules()).is_clean_document(json.dumps(document).encode()) is is_clean


@pytest.mark.parametrize(
    "document",
    [
        [{"license": {"key": "mit"}, "token": None, "password": ""}, ["tulips", "--force"]],
        {"url": "https://example.com/users", "number": 7, "accounts": [{"id": 1}]},
    ],
)
def test_a_large_document_without_secrets_is_passed_over(document: Any) -> None:
    body = json.dumps([document, [" " * LARGE_DOCUMENT]]).encode()
    assert QuickChecks(ScrubRules()).is_clean_document(body)


@pytest.mark.parametrize(
    "document",
    [
        {"token": SECRET},
        {"code": SECRET, "redirect_uri": "x"},
        {"cards": [4111111111111111]},
        {"value": "tulips", "sensitive": True},
        {"name": "password", "value": "tulips"},
        [["password", "tulips"]],
        ["--password", "tulips", "--force"],
        {"kind": "Secret", "data": {"a": "tulips"}},
        {"query": "query($p: String) { a(password: $p) }", "variables": {"p": "tulips"}},
    ],
)
def test_a_large_document_with_a_secret_is_looked_at_closely(document: Any) -> None:
    body = json.dumps([document, [" " * LARGE_DOCUMENT]]).encode()
    assert not QuickChecks(ScrubRules()).is_clean_document(body)


def test_a_member_twice_is_looked_at_closely_with_a_space_before_its_colon() -> None:
    body = b'{"token" : "%b", "token": null}' % SECRET.encode()
    assert SECRET.encode() not in Scrubber().body(body, "application/json")


def test_a_secret_of_a_large_document_is_found_with_a_space_before_its_colon() -> None:
    body = b'[{"password" : "tulips"}, "%b"]' % (b" " * LARGE_DOCUMENT)
    assert b"tulips" not in Scrubber().body(body, "application/json")


def test_a_secret_is_found_in_a_large_document_of_many_suspicious_names() -> None:
    names = {f"token_{chr(97 + at)}x": "Hello" for at in range(20)}
    body = json.dumps([names, " " * LARGE_DOCUMENT, {"token_dx": SECRET}]).encode()
    clean = [
        QuickChecks(ScrubRules()).is_clean_document(document)
        for document in (body, body.replace(SECRET.encode(), b"Hi"))
    ]
    assert clean == [False, True]


def test_a_short_value_of_the_project_s_own_form_is_a_secret_in_json() -> None:
    rules = ScrubRules(patterns=(re.compile(r"K\d{4}"),), fingerprint=b"K" * 16)
    assert Scrubber(rules).body(b'{"id": "K1234"}', "application/json") == b'{"id": "scrubbed"}'


def test_an_escaped_name_is_looked_at_closely() -> None:
    body = b'{"pass\\u0077ord": "tulips"}'
    assert Scrubber().body(body, "application/json") == b'{"pass\\u0077ord": "scrubbed"}'


def test_a_long_value_behind_its_name_in_a_list_of_two_is_a_secret() -> None:
    body = b'[["password", "%b"]]' % (b"tulips" * 60)
    assert Scrubber().body(body, "application/json") == b'[["password", "scrubbed"]]'


def test_an_integer_of_thousands_of_digits_is_no_reason_to_stop() -> None:
    body = b'{"number": %b, "password": "%b"}' % (b"9" * 5_000, SECRET.encode())
    assert SECRET.encode() not in Scrubber().body(body, "application/json")


@pytest.mark.parametrize(
    ("lines", "is_clean"),
    [
        ('{"id": 1}\n{"id": 2}\n', True),
        ('{"id": 1}\r\n[2, 3]\r\n', True),
        ('{"id": 1}\n{"password": "tulip"}\n', False),
        ('{"id": 1\n{"id": 2}\n{"id": 3}', False),
    ],
    ids=["two documents", "other line ends", "a secret", "a document without an end"],
)
def test_documents_on_lines_of_their_own_are_checked_as_a_list(lines: str, *, is_clean: bool) -> None:
    assert QuickChecks(ScrubRules()).is_clean_document(lines.encode()) is is_clean


_PIECES = st.sampled_from(
    [
        *(
            "a",
            "the",
            "code",
            "is",
            "Bearer",
            "password",
            "--",
            "-u",
            "ada:",
            "@",
            " ",
            "  ",
            ".",
            "4111",
            "123456",
        ),
        *(
            " is your ",
            "login code",
            SECRET,
            "2026-01-31",
            "https://a.test/b",
            "deadbeefdeadbeef",
            "é",
            "$",
            ":",
        ),
    ]
)


@given(texts=st.lists(st.lists(_PIECES, max_size=6).map("".join), max_size=8))
def test_what_is_plain_among_others_is_plain_alone(texts: list[str]) -> None:
    assert [text for text in plain_texts_among(texts) if not is_plain_text(text)] == []


def test_no_planted_text_is_plain_among_harmless_ones() -> None:
    bodies = [case.body.decode("latin-1") for case in planted_cases()]
    texts = {text for body in bodies for text in (body, *body.splitlines(), *re.split(r'["\'<>&,]', body))}
    plain = plain_texts_among([text for secret in texts for text in ("a sentence", secret, "12")])
    assert len(plain) > 100
    assert [text for text in plain if not is_plain_text(text)] == []
