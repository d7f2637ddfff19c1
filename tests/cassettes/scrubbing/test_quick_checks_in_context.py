"""The quick checks pass over what only looks like a secret because of something else in the same document."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from pactape.cassettes.scrubbing.quick_checks.checks import QuickChecks
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.cassettes.scrubbing.texts.plain_texts import is_plain_text

SECRET = "q8Zr1LmX0vTy7PbK"


def _is_clean(body: bytes) -> bool:
    return QuickChecks(ScrubRules()).is_clean_document(body)


@pytest.mark.parametrize(
    ("document", "is_clean"),
    [
        ({"phone": "x", "errors": [{"code": "ADDRESS.NOT_FOUND"}, {"code": None}]}, True),
        ({"phone": "x", "factor": {"code": "482913"}}, False),
        ({"phone": "x", "factor": {"code": 482913}}, False),
        ({"phone": "x", "factor": ["code", "482913"]}, False),
        ({"grant_type": "x", "inner": {"code": SECRET}}, False),
    ],
)
def test_codes_of_errors_are_passed_over_beside_a_phone_number(document: Any, *, is_clean: bool) -> None:
    assert _is_clean(json.dumps(document).encode()) is is_clean


@pytest.mark.parametrize(
    ("pair", "is_clean"),
    [
        (["license", "extent"], True),
        (["license", SECRET], False),
        (["password", "tulips"], False),
        (["--password", "tulips"], False),
        (["password", {"a": "tulips"}], False),
    ],
)
def test_a_name_in_a_list_of_two_is_passed_over_before_a_harmless_word(
    pair: list[Any], *, is_clean: bool
) -> None:
    assert _is_clean(json.dumps({"required": pair}).encode()) is is_clean


@pytest.mark.parametrize(
    ("document", "is_clean"),
    [
        ({"keys": [{"alg": "x"}, {"alg": "y"}]}, True),
        ({"keys": [{"password": SECRET}]}, False),
        ({"keys": [SECRET]}, False),
        ({"api_keys": [{"value": SECRET}]}, False),
    ],
)
def test_objects_in_a_list_are_judged_by_their_own_names(document: Any, *, is_clean: bool) -> None:
    assert _is_clean(json.dumps(document).encode()) is is_clean


@pytest.mark.parametrize(
    ("document", "is_clean"),
    [({"thoughtSignature": SECRET}, True), ({"signature": SECRET, "api_key": None}, False)],
)
def test_a_signature_is_passed_over_outside_of_signed_requests(document: Any, *, is_clean: bool) -> None:
    assert _is_clean(json.dumps(document).encode()) is is_clean


@pytest.mark.parametrize(("value", "is_clean"), [("Ada", True), (SECRET, False)])
def test_a_document_in_a_text_is_checked_like_one_of_its_own(value: str, *, is_clean: bool) -> None:
    text = json.dumps({"token": value, "text": "a sentence, and another one, " * 50})
    checks = QuickChecks(ScrubRules())
    assert [checks.is_clean_text(text), _is_clean(json.dumps([text]).encode())] == [is_clean, is_clean]


@pytest.mark.parametrize("start", ["", "data:image/png;base64,"])
def test_an_image_in_base64_is_plain(start: str) -> None:
    image = b"\x89PNG\r\n" + b"".join(hashlib.sha512(b"%d" % part).digest() for part in range(400))
    text = base64.b64encode(image).decode().rstrip("=")
    assert is_plain_text(f"{start}{text[:700]}eyJ{text[700:]}=")


def test_a_token_between_slashes_of_long_data_is_not_plain() -> None:
    assert not is_plain_text("A" * 2_000 + "/eyJhbGciOiJIUzI1NiJ9A" + "B" * 2_000)


def test_a_long_text_about_tokens_is_walked_alone() -> None:
    text = "token: " + "tulips and roses, " * 100
    clean = [_is_clean(json.dumps([value, "x"]).encode()) for value in (text, f"{text} password={SECRET}")]
    assert clean == [True, False]


@pytest.mark.parametrize(
    ("body", "is_clean"),
    [
        (rb'{"text": "{\"a\": 1}"}', True),
        (rb'{"text": "{\"a\": 1}", "token": "%b", "token": null}' % SECRET.encode(), False),
        (rb'{"a\\": "x", "token": "%b", "token": null}' % SECRET.encode(), False),
    ],
    ids=["a document in a text", "a member twice", "a member twice beside a name with a backslash"],
)
def test_a_document_in_a_text_has_no_members_twice(body: bytes, *, is_clean: bool) -> None:
    assert _is_clean(body) is is_clean


def test_headers_lose_what_was_found_in_an_earlier_header_of_the_same_message() -> None:
    headers = (("X-Trace", SECRET.lower()), ("X-Api-Key", SECRET), ("X-Echo", f"key {SECRET}"))
    for _ in range(2):
        clean = Scrubber().headers(headers)
        assert clean == (("X-Trace", SECRET.lower()), ("X-Api-Key", "scrubbed"), ("X-Echo", "key scrubbed"))
