"""Placeholders keep the form of what they replace, are equal for equal secrets, and are recognized again."""

from __future__ import annotations

import json
import uuid

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.cassettes.scrubbing.replacing.jwt import is_unsigned_jwt, read_jwt, unsigned_jwt
from pactape.cassettes.scrubbing.replacing.placeholders import (
    ConstantPlaceholders,
    NumberedPlaceholders,
    is_mask,
    is_placeholder,
)
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAq8Zr1LmX0vTy7PbKw3Nd\n-----END RSA PRIVATE KEY-----\n"
JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjQxMDI0NDQ4MDAsImVtYWlsIjoiYUBiLmNvbSIsImp0aSI6IjEifQ.c2ln"
)


@pytest.mark.parametrize(
    ("secret", "placeholder"),
    [
        ("q8Zr1LmX0vTy7PbK", "scrubbed"),
        ("492817", "000000"),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "00000000-0000-4000-8000-000000000001"),
        ("ada@example.org", "scrubbed@example.com"),
        ("1990-05-17", "2000-01-01"),
        ("1990-05-17T08:30:00.250+02:00", "2000-01-01T00:00:00.000+00:00"),
        ("1990-05-17T08:30:00Z", "2000-01-01T00:00:00Z"),
        (KEY, "-----BEGIN RSA PRIVATE KEY-----\nc2NydWJiZWQ=\n-----END RSA PRIVATE KEY-----\n"),
    ],
)
def test_a_placeholder_keeps_the_form(secret: str, placeholder: str) -> None:
    assert NumberedPlaceholders().for_text(secret) == placeholder


def test_the_placeholder_of_a_jwt_is_an_unsigned_one_with_its_harmless_claims() -> None:
    placeholder = NumberedPlaceholders().for_text(JWT)
    assert (read_jwt(placeholder), is_unsigned_jwt(placeholder)) == (
        ({"alg": "none", "typ": "JWT"}, {"exp": 4102444800, "email": "scrubbed"}),
        True,
    )


def test_two_jwts_with_the_same_claims_have_different_placeholders() -> None:
    placeholders = NumberedPlaceholders()
    assert placeholders.for_text(JWT) != placeholders.for_text(f"{JWT}2")


@pytest.mark.parametrize("token", ["eyJhbGciOiJIUzI1NiJ9.bm9uZQ.c2ln", "a.b", "eyJ.%%.", f"{JWT}.more"])
def test_what_has_no_readable_claims_is_not_a_jwt(token: str) -> None:
    assert (read_jwt(token), is_unsigned_jwt(token)) == (None, False)


def test_an_unsigned_jwt_of_something_else_has_no_claims() -> None:
    assert read_jwt(unsigned_jwt("nothing", key_id="x")) == ({"alg": "none", "kid": "x"}, {})


@given(st.lists(st.text("abcdef0123456789-", min_size=3, max_size=12), min_size=1, max_size=40))
def test_equal_secrets_have_equal_placeholders_and_different_ones_differ(secrets: list[str]) -> None:
    placeholders = NumberedPlaceholders()
    placeholder_of = {secret: placeholders.for_text(secret) for secret in secrets}
    numbered_again = {secret: placeholders.for_text(secret) for secret in secrets}
    fresh = [secret for secret in placeholder_of if not is_placeholder(secret)]
    assert (placeholder_of == numbered_again, len({placeholder_of[secret] for secret in fresh})) == (
        True,
        len(fresh),
    )


@given(st.sampled_from(["q8Zr1LmX0vTy", "492817", str(uuid.UUID(int=7)), "a@b.co", "1990-05-17", KEY, JWT]))
def test_a_placeholder_is_recognized_as_one_and_as_a_mask(secret: str) -> None:
    placeholder = NumberedPlaceholders().for_text(secret)
    assert (
        is_placeholder(placeholder),
        is_mask(placeholder),
        NumberedPlaceholders().for_text(placeholder),
    ) == (True, True, placeholder)


def test_numbers_stay_numbers_of_their_type_and_differ() -> None:
    placeholders = NumberedPlaceholders()
    numbers = [placeholders.for_number(number) for number in (4711, 4712, 4711, 4.5)]
    assert (numbers, list(map(type, numbers))) == ([0, -2, 0, -3.0], [int, int, int, float])


def test_many_numbers_have_placeholders_that_differ_and_stay() -> None:
    placeholders = NumberedPlaceholders()
    given = {placeholders.for_number(number) for number in range(5000, 6300)}
    assert (len(given), given - {0}) == (
        1300,
        {NumberedPlaceholders().for_number(number) for number in given - {0}},
    )


def test_many_codes_have_placeholders_that_differ() -> None:
    placeholders = NumberedPlaceholders()
    assert len({placeholders.for_text(f"{number}") for number in range(5000, 5300)}) == 300


def test_thousands_of_secrets_have_placeholders_that_differ_and_stay_the_same() -> None:
    placeholders = NumberedPlaceholders()
    secrets = [f"secret{number}x" for number in range(3000)]
    first = [placeholders.for_text(secret) for secret in secrets]
    assert (len(set(first)), [placeholders.for_text(secret) for secret in secrets]) == (3000, first)


def test_a_secret_after_thousands_of_others_keeps_its_form() -> None:
    placeholders = NumberedPlaceholders()
    for number in range(2000):
        placeholders.for_text(f"secret{number}x")
    assert [placeholders.for_text("tulip@example.org") for _ in range(2)] == ["scrubbed@example.com"] * 2


def test_a_secret_of_many_is_found_where_it_stands_quoted() -> None:
    scrubber = Scrubber()
    secrets = [f"se cret/{number}x" for number in range(100)]
    scrubber.body(json.dumps([{"password": secret} for secret in secrets]).encode(), "application/json")
    assert (
        scrubber.replace_known("see se%20cret%2F99x and se+cret%2F98x") == "see scrubbed-100 and scrubbed-99"
    )


def test_placeholders_of_an_older_recording_are_not_given_out_again() -> None:
    placeholders = NumberedPlaceholders()
    placeholders.reserve("scrubbed and scrubbed-2")
    assert placeholders.for_text("q8Zr1LmX0vTy7PbK") == "scrubbed-3"


def test_for_matching_all_secrets_are_the_same() -> None:
    constant = ConstantPlaceholders()
    assert (constant.for_text("a"), constant.for_text(KEY), constant.for_number(7)) == (
        "scrubbed",
        "scrubbed",
        0,
    )


@pytest.mark.parametrize(
    "value", ["<REDACTED>", "********", "YOUR_API_KEY", "xxxx", "$TOKEN", "{{token}}", "[FILTERED]"]
)
def test_the_mask_of_another_tool_stays(value: str) -> None:
    body = json.dumps({"api_key": value}).encode()
    assert Scrubber().body(body, "application/json") == body


@pytest.mark.parametrize(
    "value", ["q8Zr1LmX0vTy7PbK", "hunter2", "correct horse battery staple", "x" + "y" * 300, 7, None]
)
def test_a_value_is_not_a_mask(value: object) -> None:
    assert not is_mask(value)


def test_a_secret_of_an_answer_has_the_same_placeholder_wherever_it_is_sent() -> None:
    scrubber = Scrubber()
    session = "q8Zr1LmX0vTy7PbK"
    answer = scrubber.body(json.dumps({"sessionId": session}).encode(), "application/json")
    placeholder = msgspec.json.decode(answer)["sessionId"]
    assert (
        scrubber.url(f"https://a.test/sessions/{session}/items?ref={session}"),
        scrubber.header("X-Ref", session),
        scrubber.body(json.dumps({"ref": session}).encode(), "application/json"),
    ) == (
        f"https://a.test/sessions/{placeholder}/items?ref={placeholder}",
        placeholder,
        json.dumps({"ref": placeholder}).encode(),
    )


def test_more_secrets_than_are_looked_for_one_by_one_are_still_found_where_they_stand_alone() -> None:
    scrubber = Scrubber()
    secrets = [f"q8Zr1LmX0vTy7Pb{number:03}" for number in range(100)]
    scrubber.value({"passwords": secrets})
    text = " ".join(secrets)
    assert (
        scrubber.replace_known(text).count("q8Zr"),
        scrubber.replace_known_in_bytes(text.encode()).count(b"q8Zr"),
    ) == (
        0,
        0,
    )


def test_a_password_of_several_words_is_found_in_a_long_text_beside_many_secrets() -> None:
    scrubber = Scrubber()
    scrubber.value(
        {"passwords": [*(f"q8Zr1LmX0vTy7Pb{number:03}" for number in range(100)), "tulip#7 garden"]}
    )
    assert "tulip" not in scrubber.replace_known(f"I say tulip#7 garden {'twice ' * 1000}")


def test_a_short_secret_is_not_looked_for_elsewhere() -> None:
    scrubber = Scrubber()
    scrubber.value({"password": "tulip"})
    assert scrubber.replace_known("a tulip") == "a tulip"


def test_where_a_secret_stood_is_noted_and_its_value_is_not() -> None:
    scrubber = Scrubber()
    scrubber.body(b'{"users": [{"client_secret": "q8Zr1LmX0vTy7PbK"}]}', "application/json")
    assert [(replacement.field, replacement.kind) for replacement in scrubber.replaced] == [
        ("$.users[].client_secret", "secret field")
    ]


def test_requests_that_differ_in_their_secrets_only_are_the_same_for_matching() -> None:
    one, other = (Scrubber.for_matching(ScrubRules()) for _ in range(2))
    assert one.url("https://a.test/?token=q8Zr1LmX0vTy") == other.url("https://a.test/?token=scrubbed-7")
