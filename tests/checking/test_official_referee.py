"""The official engine as a second judge: it sees every distinct answer, and what it refuses isn't written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner
from pactape.checking.official_referee import OfficialReferee
from pactape.cli import command, main
from pactape.contracts import derive
from pactape.settings import load_settings

from tests.contracts.helpers.projects import ADA, Project, interaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pactape.contracts.proof.referee import RefereedRecording


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


class _Refusing:
    """A referee that refuses one recording."""

    def __init__(self, reference: str) -> None:
        self.seen: list[str] = []
        self._reference = reference

    def __call__(self, recordings: Sequence[RefereedRecording]) -> list[str]:
        self.seen += [recording.reference for recording in recordings]
        return ["$.name: no" if recording.reference == self._reference else "" for recording in recordings]


class _Spoiling(OfficialReferee):
    """The official engine, which gets to see answers without a body."""

    def __call__(self, recordings: Sequence[RefereedRecording]) -> list[str]:
        empty = [
            msgspec.structs.replace(
                recording, response=msgspec.structs.replace(recording.response, body=b"{}")
            )
            for recording in recordings
        ]
        return super().__call__(empty)


def _two_users(project: Project) -> None:
    project.record("a", interaction(), interaction())
    project.record("b", interaction(url="http://users.test/users/8?full=", answer={**ADA, "name": "Bob"}))
    project.record("c", interaction(method="POST", sent={"a": 1}, status=204, answer=None))


def test_a_referee_sees_each_distinct_answer_of_an_interaction_once(project: Project) -> None:
    _two_users(project)
    referee = _Refusing("")
    derivation = derive(load_settings(project.root), referee=referee)
    assert (sorted(referee.seen), derivation.problems) == (
        ["cassettes/a.yaml#0", "cassettes/b.yaml#0", "cassettes/c.yaml#0"],
        (),
    )


def test_what_a_referee_refuses_is_a_problem_and_not_in_the_contract(project: Project) -> None:
    _two_users(project)
    derivation = derive(load_settings(project.root), referee=_Refusing("cassettes/c.yaml#0"))
    (problem,) = derivation.problems
    assert "$.name: no" in problem.what
    assert derivation.recordings == 4
    assert {interaction.description for interaction in derivation.contracts[0].interactions} == {
        "GET /users/{id} → 200",
        "GET /users/{id} → 200 with full",
    }


def test_the_official_engine_accepts_the_recordings(project: Project) -> None:
    _two_users(project)
    referee = OfficialReferee()
    assert (derive(load_settings(project.root), referee=referee).problems, referee.judged) == ((), 3)


def test_the_official_engine_refuses_an_answer_that_breaks_its_interaction(project: Project) -> None:
    project.record("a", interaction())
    (problem,) = derive(load_settings(project.root), referee=_Spoiling()).problems
    assert "doesn't match cassettes/a.yaml#0" in problem.what


def test_derive_says_how_many_answers_the_official_engine_judged(project: Project) -> None:
    _two_users(project)
    result = CliRunner().invoke(command, ["derive", "--referee", "--project", str(project.root)])
    assert (
        result.exit_code,
        "3 distinct answers also matched by Pact's official engine" in result.output,
    ) == (
        0,
        True,
    )


def test_derive_says_what_to_install_when_the_referee_is_missing(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _two_users(project)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(sys, "argv", ["pactape", "derive", "--referee", "--project", str(project.root)])
    with pytest.raises(SystemExit) as left:
        main()
    assert (left.value.code, "pactape[verify]" in capsys.readouterr().err) == (2, True)
    assert not (project.root / "pacts").exists()
