"""Contracts on messages, from recordings of them: judged by the official verifier where it can."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pact import Pact, Verifier, match
from pact.types import Message
from pactape.checking import check_project
from pactape.cli import command
from pactape.contracts import derive, write_contracts
from pactape.contracts.grouping.evidence.message_evidence import MessageEvidence, evidence_of_messages
from pactape.contracts.interactions.messages import messages_of
from pactape.errors import ContradictionError, SettingsError
from pactape.exchange import RecordedMessage
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """[tool.pactape]
consumer = "mailer"
handwritten = "written"
{more}
[tool.pactape.providers.users]
url = "http://users.test"
"""
CREATED = "a user was created"
EVENT: dict[str, Any] = {
    "id": "6d1f7d0e-6a56-4f7c-9a1e-0a4be1f0a0b1",
    "user": {"email": "ada@example.com", "age": 36},
}
#: pact-python's server of messages leaves its socket to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def record(root: Path, *messages: dict[str, Any], name: str = "a", **notes: Any) -> None:
    """A cassette of messages."""
    entries = [{"description": CREATED, "provider": "users", **message} for message in messages]
    key = {"version": 1, "messages": entries, "test": f"tests/test_{name}.py::test_it", "description": "it"}
    (root / "cassettes").mkdir(exist_ok=True)
    document = {"interactions": [], "version": 1, "pactape": {**key, **notes}}
    (root / "cassettes" / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def derived(root: Path, more: str = "") -> list[Path]:
    (root / "pyproject.toml").write_text(SETTINGS.format(more=more), encoding="utf-8")
    settings = load_settings(root)
    write_contracts(derive(settings), settings.pacts, specification=settings.specification)
    return sorted(settings.pacts.glob("*.json"))


def contract(root: Path, more: str = "") -> list[dict[str, Any]]:
    (path,) = derived(root, more)
    document = json.loads(path.read_bytes())
    return list(document.get("messages") or document["interactions"])


def verify(path: Path, *, content: Any, metadata: dict[str, str] | None = None) -> None:
    message = Message(
        contents=json.dumps(content).encode(), metadata=metadata, content_type="application/json"
    )
    Verifier("users").message_handler({CREATED: message}).add_source(path).verify()


def test_a_recorded_message_is_a_contract_in_a_file_of_its_own(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT})
    assert [path.name for path in derived(tmp_path)] == ["mailer-users.messages.json"]


@pytest.mark.parametrize("specification", ["V3", "V4"])
def test_the_official_verifier_takes_another_message_of_the_same_shape(
    tmp_path: Path, specification: str
) -> None:
    record(tmp_path, {"content": EVENT})
    (path,) = derived(tmp_path, f'specification = "{specification}"')
    other = {"id": "00000000-6a56-4f7c-9a1e-0a4be1f0a0b1", "user": {"email": "bob@example.com", "age": 7}}
    verify(path, content={**other, "more": True})


@pytest.mark.parametrize("specification", ["V3", "V4"])
def test_the_official_verifier_refuses_a_message_without_what_is_read(
    tmp_path: Path, specification: str
) -> None:
    record(tmp_path, {"content": EVENT})
    (path,) = derived(tmp_path, f'specification = "{specification}"')
    with pytest.raises(RuntimeError):
        verify(path, content={**EVENT, "user": {"age": 36}})


@pytest.mark.parametrize("specification", ["V3", "V4"])
@pytest.mark.parametrize("sent", [None, EVENT, "deleted"])
def test_the_official_verifier_takes_any_content_where_the_contract_states_none(
    tmp_path: Path, specification: str, sent: Any
) -> None:
    record(tmp_path, {"content": EVENT}, {"content": None})
    (path,) = derived(tmp_path, f'specification = "{specification}"')
    verify(path, content=sent)


def test_only_the_fields_that_the_test_reads_are_in_it(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT, "reads": ["user.email"]})
    (message,) = contract(tmp_path)
    assert message["contents"]["content"] == {"user": {"email": "ada@example.com"}}


def test_a_message_says_which_test_and_recordings_it_comes_from_and_what_must_be_given(
    tmp_path: Path,
) -> None:
    states = [{"name": "a user exists", "parameters": {"id": "7"}}]
    record(tmp_path, {"content": EVENT}, states=states)
    (message,) = contract(tmp_path)
    assert message["providerStates"] == [{"name": "a user exists", "params": {"id": "7"}}]
    assert message["comments"] == {
        "references": {"Pactape": {"cassettes": "cassettes/a.yaml#messages[0]"}},
        "testname": "tests/test_a.py::test_it",
        "text": [],
    }


def test_several_recordings_of_a_message_make_one(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT}, name="a")
    record(tmp_path, {"content": {**EVENT, "note": None}}, name="b")
    (message,) = contract(tmp_path)
    assert sorted(message["contents"]["content"]) == ["id", "user"]


def test_metadata_that_always_comes_is_required_and_typed(tmp_path: Path) -> None:
    record(
        tmp_path,
        {"content": EVENT, "metadata": {"key": "users.created", "trace": "1"}},
        {"content": EVENT, "metadata": {"key": "users.made"}},
    )
    (path,) = derived(tmp_path)
    verify(path, content=EVENT, metadata={"key": "another"})
    with pytest.raises(RuntimeError):
        verify(path, content=EVENT, metadata={"trace": "1"})


def test_a_hand_written_message_goes_before_the_recorded_one(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT})
    pact = Pact("mailer", "users").with_specification("V4")
    pact.upon_receiving(CREATED, "Async").with_body({"id": match.uuid(EVENT["id"])}, "application/json")
    pact.write_file(tmp_path / "written")
    (message,) = contract(tmp_path)
    assert sorted(message["contents"]["content"]) == ["id"]


def test_a_hand_written_message_that_the_recorded_one_contradicts_is_refused(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT})
    pact = Pact("mailer", "users").with_specification("V4")
    pact.upon_receiving(CREATED, "Async").with_body({"id": match.int(1)}, "application/json")
    pact.write_file(tmp_path / "written")
    with pytest.raises(ContradictionError, match=r"contradicts 'a user was created'.*a\.yaml#messages\[0\]"):
        contract(tmp_path)


def test_a_message_of_a_test_that_is_kept_out_of_contracts_is_skipped(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT}, contract=False)
    (tmp_path / "pyproject.toml").write_text(SETTINGS.format(more=""), encoding="utf-8")
    derivation = derive(load_settings(tmp_path))
    assert (derivation.contracts, [exclusion.reason for exclusion in derivation.exclusions]) == (
        (),
        ["its test excludes it from contracts"],
    )


def test_a_message_of_a_provider_that_the_settings_do_not_have_is_skipped(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT, "provider": "gone"})
    (tmp_path / "pyproject.toml").write_text(SETTINGS.format(more=""), encoding="utf-8")
    (exclusions,) = derive(load_settings(tmp_path)).exclusions
    assert "[tool.pactape.providers.gone]" in exclusions.reason


def test_no_secret_of_a_message_reaches_a_contract(tmp_path: Path) -> None:
    record(
        tmp_path, {"content": {"password": "hunter2secret"}, "metadata": {"authorization": "hunter3secret"}}
    )
    (path,) = derived(tmp_path)
    assert b"secret" not in path.read_bytes()


def test_a_v3_file_has_no_form_for_messages_that_answer_each_other(tmp_path: Path) -> None:
    pact = Pact("mailer", "users").with_specification("V4")
    interaction = pact.upon_receiving("asks", "Sync").with_body({"a": 1}, "application/json")
    interaction.will_respond_with().with_body({"a": 1}, "application/json")
    pact.write_file(tmp_path / "written")
    record(tmp_path, {"content": EVENT})
    with pytest.raises(SettingsError, match="'asks' has the type 'Synchronous/Messages'"):
        contract(tmp_path, 'specification = "V3"')


def test_v3_messages_that_somebody_wrote_are_read(tmp_path: Path) -> None:
    pact = Pact("mailer", "users").with_specification("V3")
    pact.upon_receiving("an event", "Async").with_body({"a": 1}, "application/json")
    pact.write_file(tmp_path / "written")
    record(tmp_path, {"content": EVENT})
    assert [interaction["description"] for interaction in contract(tmp_path)] == [CREATED, "an event"]


def test_check_is_content_with_messages_that_are_as_recorded(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT})
    derived(tmp_path)
    assert check_project(load_settings(tmp_path)).findings == ()


def test_check_counts_messages_in_the_table(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT})
    derived(tmp_path)
    (row,) = check_project(load_settings(tmp_path)).coverage
    assert (row.operation, row.recorded, row.contracted) == (f"message: {CREATED}", 1, 1)


@pytest.mark.parametrize("specification", ["V3", "V4"])
def test_check_reports_a_recording_that_contradicts_the_contract(tmp_path: Path, specification: str) -> None:
    record(tmp_path, {"content": EVENT})
    derived(tmp_path, f'specification = "{specification}"')
    record(tmp_path, {"content": {**EVENT, "id": None}})
    findings = [str(finding) for finding in check_project(load_settings(tmp_path)).findings]
    assert any("is contradicted by cassettes/a.yaml#messages[0]" in finding for finding in findings)


def test_check_reports_fields_of_a_message_that_are_not_read(tmp_path: Path) -> None:
    record(tmp_path, {"content": EVENT, "reads": ["user.email"]})
    derived(tmp_path)
    places = {finding.place for finding in check_project(load_settings(tmp_path)).findings}
    assert places == {f"{CREATED}: $.id", f"{CREATED}: $.user.age"}


CONTENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["a", "2026-01-01", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(CONTENTS, min_size=2, max_size=4))
def test_the_order_in_which_recordings_are_joined_does_not_matter(contents: list[Any]) -> None:
    messages = [
        RecordedMessage(description="m", provider="users", content=content, cassette="c", index=index)
        for index, content in enumerate(contents)
    ]

    def joined(order: tuple[RecordedMessage, ...]) -> Any:
        return next(messages_of({("m", "[]"): evidence_of_messages(order)}))

    first, *others = (joined(order) for order in itertools.permutations(messages))
    assert all(other == first for other in others)


@given(st.lists(CONTENTS, min_size=3, max_size=3))
def test_shards_join_to_the_whole(contents: list[Any]) -> None:
    messages = [
        RecordedMessage(description="m", provider="users", content=content, cassette="c", index=index)
        for index, content in enumerate(contents)
    ]
    right = MessageEvidence.of(messages[1])
    right.join(MessageEvidence.of(messages[2]))
    split = MessageEvidence.of(messages[0])
    split.join(right)
    assert next(messages_of({("m", "[]"): split})) == next(
        messages_of({("m", "[]"): evidence_of_messages(messages)})
    )


@pytest.mark.parametrize("specification", ["V3", "V4"])
def test_check_reads_the_messages_of_either_version(tmp_path: Path, specification: str) -> None:
    record(tmp_path, {"content": EVENT, "metadata": {"key": "a"}})
    derived(tmp_path, f'specification = "{specification}"')
    assert check_project(load_settings(tmp_path)).findings == ()


def test_explain_shows_the_evidence_of_a_message(tmp_path: Path) -> None:
    other = {**EVENT, "user": {**EVENT["user"], "email": "grace@example.com"}}
    record(tmp_path, {"content": EVENT, "reads": ["user.email"]}, {"content": other, "reads": ["user.email"]})
    (path,) = derived(tmp_path)
    output = CliRunner().invoke(command, ["explain", "--project", str(tmp_path), str(path)]).output
    assert "message, from cassettes/a.yaml#messages[0], cassettes/a.yaml#messages[1]" in output
    assert "$.user.email  regex" in output
    assert "$.user.age  not required" in output
