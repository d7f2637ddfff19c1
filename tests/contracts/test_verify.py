"""Verification by the official verifier against real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import PactFormatError, ProviderUnreachableError
from pactape.verification import Verdict, verify_provider

from tests.contracts.helpers.provider import SECRET, pact, running, write_pact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def users() -> dict[str, dict[str, str]]:
    return {}


@pytest.fixture
def url(users: dict[str, dict[str, str]]) -> Iterator[str]:
    with running(users) as url:
        yield url


def test_a_provider_that_answers_as_needed_passes(tmp_path: Path, url: str, users: dict[str, Any]) -> None:
    states = {"a user exists": lambda *, id: users.update({id: {"email": "b@example.com"}})}  # noqa: A006 -- the wire's name
    result = verify_provider(
        [write_pact(tmp_path, pact())], url=url, states=states, headers={"Authorization": f"Bearer {SECRET}"}
    )
    assert (result.passed, [interaction.description for interaction in result.results]) == (
        True,
        ["gets a user"],
    )


def test_a_provider_with_a_renamed_field_fails_and_the_field_is_named(
    tmp_path: Path, url: str, users: dict[str, Any]
) -> None:
    states = {"a user exists": lambda *, id: users.update({id: {"mail": "b@example.com"}})}  # noqa: A006 -- the wire's name
    result = verify_provider(
        [write_pact(tmp_path, pact())], url=url, states=states, headers={"Authorization": f"Bearer {SECRET}"}
    )
    assert [interaction.failures for interaction in result.failed] == [
        ("$: Actual map is missing the following keys: email",)
    ]


def test_a_state_without_a_handler_could_not_be_judged(tmp_path: Path, url: str) -> None:
    verification = verify_provider([write_pact(tmp_path, pact())], url=url, states={})
    (result,) = verification.results
    assert (verification.exit_code, result.verdict) == (2, Verdict.NOT_JUDGED)
    assert "no handler sets up the provider state 'a user exists'" in result.failures[0]


def test_a_handler_that_fails_is_called_once_and_reported(tmp_path: Path, url: str) -> None:
    calls = []

    def failing_handler(*, id: str) -> None:  # noqa: A002 -- the wire's name
        calls.append(id)
        raise LookupError(f"no table for {id}")

    states = {"a user exists": failing_handler}
    (result,) = verify_provider([write_pact(tmp_path, pact())], url=url, states=states).results
    assert (result.verdict, calls) == (Verdict.NOT_JUDGED, ["7"])
    assert "'a user exists' failed: LookupError: no table for 7" in result.failures[0]


def test_a_provider_that_is_not_up_is_named(tmp_path: Path) -> None:
    with running({}) as url:
        pass
    with pytest.raises(ProviderUnreachableError, match=rf"{url}: no provider responds .*start the provider"):
        verify_provider([write_pact(tmp_path, pact(state=None))], url=url, states={})


@pytest.mark.parametrize("url", ["users", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
def test_a_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProviderUnreachableError):
        verify_provider([write_pact(tmp_path, pact(state=None))], url=url, states={})


NAMED = '"consumer": {"name": "a"}, "provider": {"name": "b"}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"consumer": {"name": "a"}, "provider": 5}',
        f'{{{NAMED}, "interactions": {{}}}}',
        f'{{{NAMED}, "interactions": [{{"description": "x", "providerStates": [{{}}]}}]}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_a_pact_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text, encoding="utf-8")
    with pytest.raises(PactFormatError, match=r"odd\.json: is not a pact file"):
        verify_provider([tmp_path / "odd.json"], url="http://127.0.0.1:9", states={})


def test_a_pact_without_interactions_is_refused(tmp_path: Path) -> None:
    empty = pact() | {"interactions": []}
    with pytest.raises(PactFormatError, match=r"web-users\.json: has no interactions"):
        verify_provider([write_pact(tmp_path, empty)], url="http://127.0.0.1:9", states={})


def test_a_password_in_the_url_is_not_shown(tmp_path: Path) -> None:
    url = "http://ann:hunter2@127.0.0.1:9"
    with pytest.raises(ProviderUnreachableError) as refusal:
        verify_provider([write_pact(tmp_path, pact(state=None))], url=url, states={})
    assert "hunter2" not in str(refusal.value)


def test_a_pact_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(PactFormatError, match=r"none\.json: can't be read"):
        verify_provider([tmp_path / "none.json"], url="http://127.0.0.1:9", states={})


def test_pacts_of_two_providers_are_refused(tmp_path: Path) -> None:
    paths = [write_pact(tmp_path, pact()), write_pact(tmp_path, pact(provider="orders"), "web-orders.json")]
    with pytest.raises(PactFormatError, match="belong to 2 providers: orders, users"):
        verify_provider(paths, url="http://127.0.0.1:9", states={})


def test_the_verifier_prints_nothing_and_shows_no_credentials(
    tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    verify_provider(
        [write_pact(tmp_path, pact(state=None))],
        url=url,
        states={},
        headers={"Authorization": f"Bearer {SECRET}"},
    )
    assert capfd.readouterr() == ("", "")
