"""Rules by host: which of them a request has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.project_cassette import match_rules
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[tool.pactape.match]
ignore = ["query.all"]
body = "ignore"

[tool.pactape.match.hosts."*.example.com"]
ignore = ["query.pattern"]

[tool.pactape.match.hosts."API.example.com"]
ignore = ["query.host"]
body = "exact"

[tool.pactape.match.hosts."api.example.com:8443"]
ignore = ["query.port"]
body = "ignore"

[tool.pactape.match.hosts."api.example.com:443"]
ignore = ["query.usual"]

[tool.pactape.match.hosts."[::1]"]
ignore = ["query.six"]
"""


@pytest.mark.parametrize(
    ("host", "names", "body"),
    [
        ("other.test", "all", "ignored"),
        ("www.example.com", "all pattern", "ignored"),
        ("www.example.com:99", "all pattern", "ignored"),
        ("api.example.com", "all pattern host usual", "compared"),
        ("user@api.Example.com:8443", "all pattern host port", "ignored"),
        ("[::1]:8000", "all six", "ignored"),
    ],
)
def test_all_rules_that_fit_a_host_are_joined_and_the_most_special_one_decides(
    tmp_path: Path, host: str, names: str, body: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    rules = match_rules(load_settings(tmp_path)).for_host(host)
    assert rules.ignore == tuple(f"query.{name}" for name in names.split())
    assert ("ignored" if rules.ignore_body else "compared") == body


def test_the_argument_of_a_test_goes_before_the_settings_of_a_host(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    rules = match_rules(load_settings(tmp_path)).adding((), ignore_body=True)
    assert rules.for_host("api.example.com").ignore_body is True
