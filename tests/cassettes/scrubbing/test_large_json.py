"""Large JSON documents, which are decoded part by part, lose the same secrets as small ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pactape.cassettes.scrubbing.scrubber import Scrubber

SECRET = "q8Zr1LmX0vTy7PbK"
JSON = "application/json"
#: As large as a document must be, and then some.
PADDING: list[Any] = [
    "a sentence of five words " * 3_000,
    {"id": 1, "tags": ["a]", "{b"]},
    [[[[[-0.5]]]]],
    None,
]

_SCALARS = st.sampled_from([1, -2.5, True, None, "", "x,y]", '\\"{', "é\n", f"token={SECRET}", SECRET + "0"])
_NAMES = st.sampled_from(
    ["id", "name", "value", "password", "key", "a,b", "{", "tokens", "items", "kty", "d"]
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


def _embed(value: Any, depth: int) -> Any:
    """Put a value into a large list or object, which are in one another as deep as said."""
    for level in range(depth):
        value = [PADDING, value] if level % 2 else {"first": value, "items": PADDING, "last": value}
    return value


@given(value=_VALUES, depth=st.integers(1, 5), indent=st.sampled_from([None, 1]), is_ascii=st.booleans())
@settings(max_examples=10)
def test_a_large_document_loses_the_secrets_of_its_values(
    value: Any, depth: int, indent: int | None, *, is_ascii: bool
) -> None:
    document = _embed(value, depth)
    body = json.dumps(document, indent=indent, ensure_ascii=is_ascii).encode()
    assert json.loads(Scrubber().body(body, JSON)) == Scrubber().value(document)


@pytest.mark.parametrize(
    ("template", "clean"),
    [
        (
            '{"password":"a0b1c2d3","password":"%s","items":%s}',
            '{"password":"scrubbed","password":"scrubbed-2"',
        ),
        ('["password", "%s", %s]', '["password", "%s"'),
        (' {"pin" : 4928, "a":"%s" , "items" : %s}\n', ' {"pin" : 0, "a":"%s" ,'),
        ('\ufeff{"password":"%s","items":%s}', '\ufeff{"password":"scrubbed",'),
    ],
    ids=["duplicates", "a list of more than two", "spaces", "a byte order mark"],
)
def test_a_large_document_keeps_its_spelling(template: str, clean: str) -> None:
    body = (template % (SECRET, json.dumps(PADDING))).encode()
    assert Scrubber().body(body, JSON).startswith(clean.replace("%s", SECRET).encode())


def test_a_long_list_of_two_texts_names_the_second_by_the_first() -> None:
    body = json.dumps(["password", "tulips" * 20_000])
    assert json.loads(Scrubber().body(body.encode(), JSON)) == ["password", "scrubbed"]


def test_a_large_document_with_an_integer_that_python_refuses_is_scrubbed_as_a_text() -> None:
    body = f'{{"password":"{SECRET}","number":{"9" * 5_000},"items":{json.dumps(PADDING)}}}'
    assert SECRET not in Scrubber().body(body.encode(), JSON).decode()


@pytest.mark.parametrize("depth", [6, 16])
def test_a_large_document_loses_the_secrets_of_documents_deep_in_its_texts(depth: int) -> None:
    text = json.dumps({"password": SECRET, "note": "a sentence of five words " * 12_000})
    for _ in range(depth):
        text = json.dumps({"body": text})
    assert SECRET not in Scrubber().body(text.encode(), JSON).decode()


@pytest.mark.long
def test_strings_are_told_from_what_is_between_them_in_every_portion() -> None:
    for filler in range(7):
        items = [{"a" * (filler + 1): "b" * (number % 90), "id": number} for number in range(4_000)]
        body = json.dumps([*items, {"password": SECRET}, *items[:100]]).encode()
        assert SECRET.encode() not in Scrubber().body(body, JSON)
        assert Scrubber().body(
            body.replace(b"password", b"sentence").replace(SECRET.encode(), b"x"), JSON
        ) == (body.replace(b"password", b"sentence").replace(SECRET.encode(), b"x"))
