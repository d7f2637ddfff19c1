"""The short way into YAML says what the full parser says, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pactape.cassettes.format.fast_yaml import UnsupportedYamlError, parse_fast
from vcr.request import Request as VcrRequest
from vcr.serialize import serialize
from vcr.serializers import yamlserializer

from tests.helpers.examples import examples

AWKWARD = st.sampled_from(
    [
        "",
        " ",
        "'",
        "''",
        '"',
        "\\",
        "- a",
        "a: b",
        "a #b",
        "# a",
        "a:",
        "null",
        "~",
        "yes",
        "1",
        "1.5",
        "0x1f",
        "1_000",
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "<<",
        "=",
        "?",
        "? a",
        "|",
        ">",
        "!!str a",
        "&a",
        "*a",
        "%",
        "@",
        "`",
        "[a]",
        "{a: b}",
        "\n",
        "a\n",
        "\na",
        "a\n\nb",
        "a \n b",
        "a\tb",
        "\r\n",
        "\x00",
        "\x85",
        "\u2028",
        "\ufeff",
        "\U0001f600",
        "ä",
        "---",
        "...",
        "--- a",
        "word " * 40,
        "it's " * 40,
        'say "x" ' * 30,
        "a" * 200,
        "a  b" * 40,
        "\\ " * 60,
        "ä " * 80,
        "12:30",
        ".inf",
        "-",
        "-1",
        "0o7",
    ]
)
TEXTS = st.one_of(AWKWARD, st.text(max_size=200), st.text("ab '\"\\:#-\n", max_size=300))
SCALARS = st.one_of(
    TEXTS, st.integers(), st.booleans(), st.none(), st.binary(max_size=200), st.floats(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def full(text: str) -> Any:
    try:
        return yamlserializer.deserialize(text)
    except (yaml.YAMLError, ValueError, TypeError):
        return UnsupportedYamlError


def short(text: str) -> Any:
    try:
        return parse_fast(text)
    except UnsupportedYamlError:
        return UnsupportedYamlError


def same_or_left(text: str) -> bool:
    """By their spelling: 1 equals True."""
    outcome = short(text)
    return outcome is UnsupportedYamlError or repr(outcome) == repr(full(text))


@examples(200)
@given(st.dictionaries(st.text("abc-_ 1:", min_size=1, max_size=8), VALUES, min_size=1, max_size=4))
def test_what_is_dumped_is_read_as_the_full_parser_reads_it_or_left_to_it(value: dict[str, Any]) -> None:
    text = yamlserializer.serialize(value)

    assert same_or_left(text)


@examples(300)
@given(
    st.lists(
        st.sampled_from(
            [
                "a:",
                "b: 1",
                "- ",
                "-",
                "  ",
                "c: 'x",
                "y'",
                'd: "z',
                '"',
                "\\",
                "'",
                " ",
                "\n",
                "e: f",
                "- g",
                "- h: i",
                "text",
                "''",
                ": ",
                "#",
                "[]",
                "[j]",
                "{}",
                "!!binary |",
                "YQ==",
                "null",
                "a: ",
                "    ",
                "'k': l",
                "{code: 200, message: Not Found}",
                "{string: 'x y",
                '{string: "x',
                "'}",
                '"}',
                "[a b, 'c d', 1]",
                "[Bearer <x>",
                "]",
                ", ",
                "!!python/unicode 'x'",
                "\\x41",
                "\\u20ac",
                "\\ud83d",
                "\\U0001F600",
                "\\e",
                "\\n",
                '\\"',
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_any_text_is_read_as_the_full_parser_reads_it_or_left_to_it(text: str) -> None:
    assert same_or_left(f"{text}\n")


@examples(300)
@given(st.data())
def test_a_cassette_with_a_changed_place_is_read_as_the_full_parser_reads_it_or_left_to_it(
    data: st.DataObject,
) -> None:
    text = cassette(body=b'it\'s a \\ "body" of many words, ' * 8)
    place = data.draw(st.integers(0, len(text)))
    replacement = data.draw(
        st.sampled_from(
            ["", " ", "\n", "'", '"', ":", ": ", "- ", "#", " #", "  ", "\n\n", "\t", "!", "&a ", "\\"]
        )
    )
    length = data.draw(st.integers(0, 3))
    altered_text = text[:place] + replacement + text[place + length :]

    assert same_or_left(altered_text)


@pytest.mark.parametrize(
    "line",
    [
        "a: {code: 200, message: Not Found}",
        "a: {string: 'it''s', more: null}",
        'a: {string: "x\\n\\xe9 \\"y\\""}',
        "a: {string: !!python/unicode 'x'}",
        "a: !!python/unicode 'x'",
        "a: [Bearer <TOKEN>]",
        "a: [admin@example.org, 'b, c', 7]",
        'a: [W/"295f8e"]',
        "a: [os macOS; sdk x/1.3.1;\n    python 3]",
        "a: default-src\n  'self' data:;\n  - x",
        'a: "one\\\n  \\ two\n  three \\\\\n  \\e \\N \\U0001F600"',
    ],
)
def test_what_older_versions_wrote_takes_the_short_way(line: str) -> None:
    assert short(f"{line}\n") == full(f"{line}\n") != UnsupportedYamlError


@pytest.mark.parametrize(
    "body",
    [b"", b'{"a": 1}', b"it's", b"\xff\x00", "ä".encode(), b"a\nb", b"word " * 100, b'"x\\" ' * 80],
    ids=repr,
)
def test_what_vcrpy_writes_takes_the_short_way(body: bytes) -> None:
    text = cassette(body=body)

    assert short(text) == full(text) != UnsupportedYamlError


def cassette(*, body: bytes) -> str:
    request = VcrRequest(
        "POST", "http://a.test/b?c=d", body, {"Accept": "*/*", "User-Agent": "it's me (" + "x " * 60 + ")"}
    )
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Type": ["text/plain; charset=utf-8"], "Date": ["Mon, 01 Jan 2026 00:00:00 GMT"]},
        "body": {"string": body},
    }
    text: str = serialize({"requests": [request], "responses": [response]}, yamlserializer)
    return text
