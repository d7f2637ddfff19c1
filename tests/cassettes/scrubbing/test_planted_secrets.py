"""Planted secrets go, harmless fields stay, and what providers' tokens look like is data with examples."""

from __future__ import annotations

import pytest
from pactape.cassettes.scrubbing.detection.name_tables import (
    CODES,
    CONNECTIONS,
    CREDENTIALS,
    PASSWORDS,
    SECRETS,
    SESSIONS,
    SIGNATURES,
    SUSPICIOUS,
)
from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name, may_name_credential
from pactape.cassettes.scrubbing.detection.providers import FORMS, ProviderForm, expand_example
from pactape.cassettes.scrubbing.quick_checks.checks import quick_checks
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber

from tests.cassettes.scrubbing.helpers.harmless_fields import destroyed
from tests.cassettes.scrubbing.helpers.planted_secrets import planted_cases, stays


def test_no_planted_secret_stays() -> None:
    assert [case.shape for case in planted_cases() if stays(case)] == []


def test_at_least_six_hundred_secrets_are_planted_in_a_hundred_shapes() -> None:
    cases = list(planted_cases())
    assert (len(cases) >= 600, len({case.shape for case in cases}) >= 100) == (True, True)


def test_no_harmless_field_is_destroyed() -> None:
    assert destroyed()[0] == []


@pytest.mark.parametrize("form", FORMS, ids=[f"{index} {form.kind}" for index, form in enumerate(FORMS)])
def test_a_form_finds_its_example_and_not_its_counterexample(form: ProviderForm) -> None:
    example, other = expand_example(form.example), expand_example(form.counterexample)
    kinds = [replacement.kind for replacement in _replaced(f"see {example} there")]
    assert (bool(kinds), form.kind in [replacement.kind for replacement in _replaced(other)]) == (True, False)


def _replaced(text: str) -> list:  # type: ignore[type-arg]  # of the module's own type
    scrubber = Scrubber()
    scrubber.text(text)
    return scrubber.replaced


def test_the_quick_check_looks_closely_at_every_planted_document() -> None:
    quick = quick_checks(ScrubRules())
    clean = [
        case.shape
        for case in planted_cases()
        if case.body and case.secret.encode() in case.body and quick.is_clean_document(case.body)
    ]
    assert clean == []


@pytest.mark.parametrize(
    "table", [CODES, CONNECTIONS, CREDENTIALS, PASSWORDS, SECRETS, SESSIONS, SIGNATURES, SUSPICIOUS]
)
def test_every_name_that_says_something_has_a_part_that_the_quick_check_knows(table: frozenset[str]) -> None:
    assert [name for name in sorted(table) if not may_name_credential(f"{name}=x")] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("X-Api-Key-2", NameKind.CREDENTIAL),
        ("dbPwd", NameKind.CREDENTIAL),
        ("userpassword", NameKind.CREDENTIAL),
        ("wstoken", NameKind.TOKEN),
        ("nexttoken", NameKind.HARMLESS),
        ("access_token_url", NameKind.HARMLESS),
        ("max_tokens", NameKind.HARMLESS),
        ("passenger", NameKind.HARMLESS),
        ("author", NameKind.HARMLESS),
        ("cvv2", NameKind.CODE),
        ("connectionString", NameKind.CONNECTION),
        ("PHPSESSID", NameKind.TOKEN),
        ("signature", NameKind.SIGNATURE),
        ("object_key", NameKind.HARMLESS),
        ("", NameKind.HARMLESS),
    ],
)
def test_a_name_is_judged_by_its_words(name: str, kind: NameKind) -> None:
    assert classify_name(name) is kind
