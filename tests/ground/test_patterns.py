"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.patterns import compile_when_used

WORDS = r"(?P<first>\w)\w*"


def test_a_wrong_expression_is_refused_at_its_first_use() -> None:
    pattern = compile_when_used("(")
    with pytest.raises(re.error):
        pattern.search("")


def test_an_expression_has_the_attributes_of_a_compiled_one() -> None:
    assert dict(compile_when_used(WORDS).groupindex) == {"first": 1}


@given(st.text(alphabet="aB -"))
def test_an_expression_finds_what_a_compiled_one_finds(text: str) -> None:
    ours, compiled = compile_when_used("[a-b]+", re.IGNORECASE), re.compile("[a-b]+", re.IGNORECASE)
    assert [match.span() for match in ours.finditer(text)] == [
        match.span() for match in compiled.finditer(text)
    ]


@given(st.text(alphabet="aB -"))
def test_an_expression_replaces_what_a_compiled_one_replaces(text: str) -> None:
    assert compile_when_used("[a-b]").sub("x", text) == re.compile("[a-b]").sub("x", text)
