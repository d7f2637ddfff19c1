"""No secret of a recording reaches a contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.contracts.helpers.projects import TEST, Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


LEAKS = {
    "a raw authorization": interaction(headers={"Authorization": "RAWTOKENabc987"}),
    "an API key in a header": interaction(headers={"X-Api-Key": "HEADERSECRET456"}),
    "an API key in the query": interaction(url="http://users.test/users/7?api_key=QUERYSECRET123"),
    "a token in an answer": interaction(answer={"id": 7, "refresh_token": "RESPSECRET789"}),
    "a password in a request": interaction(method="POST", sent={"user": {"password": "SENTSECRET1"}}),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_of_a_cassette_that_another_tool_wrote_reaches_the_contract(
    project: Project, leak: str
) -> None:
    project.record("a", LEAKS[leak])
    text = json.dumps(project.pact())
    secrets = ("RAWTOKENabc987", "HEADERSECRET456", "QUERYSECRET123", "RESPSECRET789", "SENTSECRET1")
    assert [secret for secret in secrets if secret in text] == []


def test_a_secret_that_was_sent_before_it_had_a_name_does_not_reach_the_contract(project: Project) -> None:
    early = interaction(answer={"id": 7, "next": "RESPSECRET789abc"})
    project.record("a", early, interaction(answer={"id": 7, "refresh_token": "RESPSECRET789abc"}))
    assert "RESPSECRET789abc" not in json.dumps(project.pact())


def test_no_secret_of_a_state_s_parameters_reaches_the_contract(project: Project) -> None:
    states = [{"name": "a login", "parameters": {"user": "ada", "password": "hunter2"}}]
    project.record("a", interaction(), states=states, **TEST)
    parameters = project.interactions()[0]["providerStates"][0]["params"]
    assert parameters == {"user": "ada", "password": "scrubbed"}


def test_an_authorization_without_a_scheme_may_be_any(project: Project) -> None:
    project.record("a", interaction(headers={"Authorization": "RAWTOKENabc987"}))
    rules = project.interactions()[0]["request"]["matchingRules"]["header"]
    assert rules["Authorization"]["matchers"] == [{"match": "regex", "regex": r"^\S.*$"}]


def test_what_was_scrubbed_from_a_request_may_be_anything_there(project: Project) -> None:
    body = {"name": "ada", "login": {"password": "hunter2"}}
    url = "http://users.test/users?api_key=QUERYSECRET123&page=2"
    project.record("a", interaction(method="POST", url=url, sent=body, headers={"X-Api-Key": "abcdef"}))
    rules = project.interactions()[0]["request"]["matchingRules"]
    assert (sorted(rules["body"]), sorted(rules["query"]), sorted(rules["header"])) == (
        ["$.login.password"],
        ["api_key"],
        ["X-Api-Key"],
    )
