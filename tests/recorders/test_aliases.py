"""Aliases in YAML: shared values are read, and small files that expand to large ones are refused at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.contents import read_any
from pactape.errors import CassetteFormatError
from pactape.recorders.aliases import check_expansion

if TYPE_CHECKING:
    from pathlib import Path

ANCHORS = 'a0: &a0 ["x"]\n' + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
CASSETTE = """interactions:
- request: {body: null, headers: {X: *a9}, method: GET, uri: "https://api.example.com/x"}
  response: {body: {string: "{}"}, headers: {}, status: {code: 200, message: OK}}
version: 1
"""
VCR = """http_interactions:
- request: {body: {string: ""}, headers: {X: *a9}, method: get, uri: "https://api.example.com/x"}
  response: {body: {string: "{}"}, headers: {}, status: {code: 200, message: OK}}
recorded_with: VCR 6.0
"""


@pytest.mark.parametrize("text", [CASSETTE, VCR])
def test_a_file_whose_aliases_expand_to_millions_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(ANCHORS + text, encoding="utf-8")
    with pytest.raises(CassetteFormatError, match="aliases expand to more than"):
        read_any(path)


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(ValueError, match="contains itself"):
        check_expansion(value)


def test_shared_values_are_read(tmp_path: Path) -> None:
    text = CASSETTE.replace("*a9", "*a0")
    path = tmp_path / "shared.yaml"
    path.write_text(f"a0: &a0 [x]\n{text}", encoding="utf-8")
    assert [exchange.request.headers for exchange in read_any(path).exchanges] == [(("X", "x"),)]
