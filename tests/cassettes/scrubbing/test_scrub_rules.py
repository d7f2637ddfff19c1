"""A project's own rules of what is a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.errors import SettingsError
from pactape.settings import ScrubSettings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

JSON = "application/json"
OWN = ScrubSettings(
    names=("customerRef", "X-Internal-Auth"), patterns=(r"ACME-\d{6}",), keep=("sig", "Cookie")
)


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber(ScrubRules.from_settings(OWN))


def test_a_name_of_the_project_is_scrubbed_everywhere(scrubber: Scrubber) -> None:
    values = (
        scrubber.header("x-internal-auth", "ada"),
        scrubber.url("https://a.test/?customer_ref=7"),
        scrubber.body(b'{"customerRef": "A7", "name": "Ada"}', JSON),
    )
    assert values == (
        "scrubbed",
        "https://a.test/?customer_ref=scrubbed-2",
        b'{"customerRef": "scrubbed-3", "name": "Ada"}',
    )


def test_a_pattern_of_the_project_is_scrubbed_anywhere(scrubber: Scrubber) -> None:
    assert scrubber.text("see ACME-123456 there") == "see scrubbed there"


def test_a_default_can_be_turned_off_by_its_name(scrubber: Scrubber) -> None:
    values = (
        scrubber.url("https://a.test/?sig=abc&token=abc"),
        scrubber.header("Cookie", "theme=darkest-blue"),
    )
    assert values == ("https://a.test/?sig=abc&token=scrubbed", "theme=darkest-blue")


def test_what_is_a_secret_by_its_form_stays_one_under_a_kept_name(scrubber: Scrubber) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    assert (
        scrubber.url(f"https://a.test/?sig={jwt}")
        == "https://a.test/?sig=eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."
    )


def test_the_rules_of_one_scrubber_are_not_those_of_another(scrubber: Scrubber) -> None:
    assert Scrubber().text("ACME-123456") != scrubber.text("ACME-123456")


def test_scrubbing_by_own_rules_twice_is_scrubbing_once(scrubber: Scrubber) -> None:
    once = scrubber.body(json.dumps({"customerRef": "A7", "text": "ACME-123456"}).encode(), JSON)
    assert scrubber.body(once, JSON) == once


def test_other_rules_find_other_copies(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    text = "large enough to be cached " * 200
    path.write_text(
        "interactions:\n- request: {method: GET, uri: 'http://a.test/?ref=1', headers: {}, body: null}\n"
        f"  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: {text}}}}}\n"
        "version: 1\n",
        encoding="utf-8",
    )
    for rules in (ScrubSettings(), ScrubSettings(names=("ref",))):
        with use_cassette(path, mode=RecordMode.NONE, cache=tmp_path / "copies", scrub=rules) as tape:
            tape.player.load()
    assert len(list((tmp_path / "copies" / "cassettes").iterdir())) == 2
    assert len(read_cassette(path)) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("patterns = ['(']", r"the pattern '\(' is not a regular expression"),
        ("patterns = ['a*']", r"the pattern 'a\*' matches an empty text"),
        ("nams = ['a']", "unknown setting 'nams'.*did you mean 'names'"),
        ("names = 'a'", "Expected `array`, got `str`"),
    ],
)
def test_rules_that_cannot_be_used_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pactape.scrub]\n{text}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        load_settings(tmp_path)
