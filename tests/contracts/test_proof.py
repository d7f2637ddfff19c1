"""Contracts are proved by their recordings before they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.checking import check_project
from pactape.cli import command
from pactape.contracts.proof.contradictions import contradicting_pairs
from pactape.errors import CassetteFormatError
from pactape.settings import load_settings

from tests.contracts.helpers.projects import TEST, Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

CREATED = interaction(method="POST", url="http://users.test/users", sent={"name": "Ada"}, status=201)
TAKEN = interaction(
    method="POST", url="http://users.test/users", sent={"name": "Ada"}, status=409, answer={"error": "taken"}
)
OTHER_TAKEN = interaction(
    method="POST", url="http://users.test/users", sent={"name": "Bob"}, status=409, answer={"error": "taken"}
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def statuses(project: Project) -> list[int]:
    """The statuses that the contract expects."""
    (contract,) = project.derive().contracts
    return [piece.response.status for piece in contract.interactions]


def test_of_two_answers_to_one_request_the_first_stays(project: Project) -> None:
    project.record("a", CREATED, TAKEN)
    assert statuses(project) == [201]


def test_a_success_goes_before_a_failure(project: Project) -> None:
    project.record("a", TAKEN, CREATED)
    assert statuses(project) == [201]


def test_the_other_answer_is_named_with_both_recordings_and_a_fix(project: Project) -> None:
    project.record("a", CREATED, TAKEN)
    (problem,) = project.derive().problems
    text = str(problem)
    assert all(
        piece in text
        for piece in ("cassettes/a.yaml#0", "cassettes/a.yaml#1", "201", "409", "@pytest.mark.given")
    )


def test_the_other_answer_is_asked_for_by_another_recording_if_there_is_one(project: Project) -> None:
    project.record("a", CREATED, TAKEN, OTHER_TAKEN)
    derivation = project.derive()
    bodies = [
        (piece.response.status, piece.request.body and piece.request.body.example)
        for piece in derivation.contracts[0].interactions
    ]
    assert (sorted(bodies), derivation.problems) == ([(201, {"name": "Ada"}), (409, {"name": "Bob"})], ())


def test_a_state_distinguishes_two_answers(project: Project) -> None:
    project.record("a", CREATED)
    project.record("b", TAKEN, states=[{"name": "Ada exists", "parameters": {}}], **TEST)
    assert (sorted(statuses(project)), project.derive().problems) == ([201, 409], ())


def test_every_recording_is_in_a_contract_or_skipped(project: Project) -> None:
    project.record("a", CREATED, TAKEN, interaction(), interaction(status=401))
    derivation = project.derive()
    assert (derivation.recordings, derivation.contracts[0].exchanges, len(derivation.exclusions)) == (4, 2, 2)


CHOSEN = {"reads": [['status=["open"]', "status"]], "calls": [None], **TEST}


def test_an_interaction_that_its_own_recording_breaks_is_named_and_not_written(project: Project) -> None:
    project.record("a", interaction(answer={"status": "void"}), interaction(url="http://users.test/b"))
    project.record("b", interaction(url="http://users.test/c", answer={"status": "void"}), **CHOSEN)
    derivation = project.derive()
    (problem,) = derivation.problems
    assert (
        problem.description,
        "cassettes/b.yaml#0" in problem.what,
        [piece.cassette for piece in derivation.exclusions],
        derivation.recordings,
    ) == ("gets a user", True, ["cassettes/b.yaml"], 3)


def test_what_was_proved_is_not_proved_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.record("a", CREATED)
    project.derive()

    def refuse(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr("pactape.contracts.proof.recordings.ProofByRecordings.read", refuse)
    assert statuses(project) == [201]


def test_many_groups_are_proved_in_many_cassettes(project: Project) -> None:
    for name in ("a", "b"):
        project.record(name, *(interaction(url=f"http://users.test/r{n}/x") for n in range(12)))
    assert len(statuses(project)) == 12


def run(project: Project, *arguments: str) -> tuple[int, str]:
    """A command's exit code and all that it prints."""
    ran = CliRunner().invoke(command, [*arguments, "--project", str(project.root)])
    return ran.exit_code, ran.output


def test_deriving_what_no_provider_can_keep_exits_with_1(project: Project) -> None:
    project.record("a", CREATED, TAKEN)
    code, output = run(project, "derive")
    assert (code, "contradicts" in output, "it contradicts another recording" in output) == (1, True, True)


def test_two_outcomes_of_a_graphql_query_are_told_apart(project: Project) -> None:
    for name, answer in (
        ("a", {"data": {"me": {"id": 1}}}),
        ("b", {"data": None, "errors": [{"message": "x"}]}),
    ):
        sent = {"query": "{ me { id } }"}
        project.record(
            name, interaction(method="POST", url="http://users.test/graphql", sent=sent, answer=answer)
        )
    output = run(project, "derive")[1]
    assert "got 200 with errors (application/json) and 200 (application/json)" in output
    assert 'given("POST /graphql returns 200 with errors")' in output


def test_derive_names_the_keys_that_a_contract_cant_require(project: Project) -> None:
    for name, answer in (("a", {"": 1, "b": [{"it's": 1, "c": 2}]}), ("b", {"": 2})):
        project.record(name, interaction(url=f"http://users.test/{name}/list", answer=answer))
    output = run(project, "derive")[1]
    assert 'not required: the key "" of 2 interactions, because a path of Pact' in output
    assert 'not required: the key "it\'s" of 1 interaction, ' in output


def test_check_names_what_no_provider_can_keep(project: Project) -> None:
    project.record("a", CREATED, TAKEN)
    rules = {piece.rule for piece in check_project(load_settings(project.root)).findings}
    assert "contract-unprovable" in rules


def document(status: int, **request: Any) -> dict[str, Any]:
    return {"description": str(status), "request": {"path": "/a", **request}, "response": {"status": status}}


def test_check_finds_interactions_of_one_file_that_contradict_each_other() -> None:
    pairs = contradicting_pairs(
        [document(200), document(404), document(404, query={"a": ["1"]}), {"contents": 1}]
    )
    assert [(one["description"], other["description"]) for one, other in pairs] == [("200", "404")]


def test_a_contract_that_nothing_supports_is_named_and_pruned(project: Project) -> None:
    project.record("a", interaction())
    run(project, "derive")
    unsupported = project.root / "pacts" / "web-users.json"
    foreign = project.root / "pacts" / "theirs.json"
    foreign.write_text(json.dumps({"consumer": {"name": "x"}}), encoding="utf-8")
    project.settings('[project]\nname = "web"\n[tool.pactape.providers.people]\nurl = "http://users.test"\n')
    report = run(project, "derive")[1]
    pruned = run(project, "derive", "--prune")[1]
    assert (f"left over: {unsupported}" in report, f"deleted: {unsupported}" in pruned) == (True, True)
    assert (unsupported.exists(), foreign.exists()) == (False, True)


def test_contracts_are_pruned_when_the_last_cassette_is_gone(project: Project) -> None:
    project.record("a", interaction())
    run(project, "derive")
    (project.root / "cassettes" / "a.yaml").unlink()
    with pytest.raises(CassetteFormatError, match=r"no cassette.*`pactape derive --prune` deletes"):
        project.derive()
    assert (run(project, "derive", "--prune")[0], list((project.root / "pacts").iterdir())) == (0, [])


def test_a_pact_that_somebody_else_wrote_is_not_left_over(project: Project) -> None:
    project.record("a", interaction())
    (project.root / "pacts").mkdir()
    other = {"consumer": {"name": "web"}, "provider": {"name": "other"}, "interactions": []}
    (project.root / "pacts" / "web-other.json").write_text(json.dumps(other), encoding="utf-8")
    assert "left over" not in run(project, "derive")[1]


def test_derive_says_what_became_of_every_recording(project: Project) -> None:
    project.record(
        "a",
        *(
            interaction(url=f"http://users.test/projects/{name}", answer={"name": name, "n": 1})
            for name in ("apollo", "gemini")
        ),
        interaction(url="http://users.test/text", media="text/plain"),
        interaction(url="http://users.test/a", status=401),
    )
    project.settings('[project]\nname = "web"\n[tool.pactape]\nexclude = ["cassettes/{b,c}.yaml"]\n')
    (project.root / "cassettes" / "grpc.yaml").write_text("interactions:\n- rpc: x\n", encoding="utf-8")
    (project.root / "cassettes" / "empty.yaml").write_text("interactions: []\nversion: 1\n", encoding="utf-8")
    output = run(project, "derive")[1]
    assert [
        line
        for line in (
            "2 cassettes read, with 4 recordings",
            "merged: 2 paths are one operation, GET /projects/{slug}",
            "only status and type are required: 1 interaction with text/plain",
            "fields read: known for 0 of 3 exchanges",
            "1 recording skipped: a response about credentials",
            " (cassettes/a.yaml#3)\n",
            "warning: cassettes/grpc.yaml: is not a cassette, and was skipped: ",
            "file without recordings: cassettes/empty.yaml",
            "exclude: 'cassettes/{b,c}.yaml' matches no recording",
        )
        if line not in output
    ] == []


def test_derive_names_folders_in_the_settings_that_hold_nothing(project: Project) -> None:
    project.record("a", interaction())
    project.settings(
        '[tool.pactape]\nhandwritten = "pcats"\n[tool.pactape.consumers.app]\ncassettes = "ap"\n'
    )
    output = run(project, "derive")[1]
    assert "handwritten: there is no pact file in " in output
    assert "consumers.app: there is no folder " in output


def test_a_consumer_without_a_name_is_reported_as_named_after_its_folder(project: Project) -> None:
    project.settings('[tool.pactape.providers.users]\nurl = "http://users.test"\n')
    project.record("a", interaction())
    assert "the consumer is named after the folder" in run(project, "derive")[1]


def test_a_hand_written_interaction_that_replaces_a_recorded_one_is_reported(project: Project) -> None:
    project.settings(
        '[project]\nname = "web"\n[tool.pactape]\nhandwritten = "written"\n'
        '[tool.pactape.providers.users]\nurl = "http://users.test"\n'
    )
    project.record("a", interaction())
    pact = {
        "consumer": {"name": "web"},
        "provider": {"name": "users"},
        "interactions": [
            {
                "description": "by hand",
                "request": {"method": "GET", "path": "/users/7"},
                "response": {"status": 200},
                "type": "Synchronous/HTTP",
            }
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    (project.root / "written").mkdir()
    (project.root / "written" / "a.json").write_text(json.dumps(pact), encoding="utf-8")
    assert "replaced: 1 interaction by a handwritten one" in run(project, "derive")[1]
