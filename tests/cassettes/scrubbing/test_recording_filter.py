"""Live URLs in what is recorded."""

from __future__ import annotations

import pytest
from pactape.cassettes.scrubbing.filters import RecordingFilter

CANONICAL = "http://users.test"


@pytest.mark.parametrize(
    ("live", "text", "clean"),
    [
        ("http://127.0.0.1:80", "http://127.0.0.1:80/x", "http://users.test/x"),
        ("http://127.0.0.1:80", "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://127.0.0.1:4000", "at 127.0.0.1:4000.", "at users.test."),
        ("http://127.0.0.1:4000", "127.0.0.1:40001", "127.0.0.1:40001"),
        ("http://127.0.0.1:4000", "x127.0.0.1:4000", "x127.0.0.1:4000"),
        ("http://127.0.0.1:4000/", "http://127.0.0.1:4000/users", "http://users.test/users"),
        ("http://127.0.0.1:4000/v1", "http://127.0.0.1:4000/v1/users", "http://users.test/users"),
    ],
)
def test_a_live_url_is_replaced_where_it_is_a_whole_word(live: str, text: str, clean: str) -> None:
    assert RecordingFilter({live: CANONICAL}).canonical(text) == clean
