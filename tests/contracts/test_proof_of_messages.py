"""Messages prove themselves: each recording matches the message derived from it, or it is said that it can't."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.checking.official_referee import OfficialReferee
from pactape.cli import command
from pactape.contracts import derive
from pactape.contracts.grouping.evidence.message_evidence import as_sent, evidence_of_messages, message_key
from pactape.contracts.interactions.messages import messages_of
from pactape.contracts.pacts.pact import message_document
from pactape.exchange import RecordedMessage
from pactape.matching import MessageMatcher
from pactape.settings import load_settings

from tests.contracts.helpers.projects import Project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pactape.contracts.proof.referee import RefereedRecording

CREATED = "a user was created"
#: pact-python's server of messages leaves its socket to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def record_messages(project: Project, *contents: Any, name: str = "a", **more: Any) -> None:
    """A cassette of messages with these contents."""
    entries = [
        {"description": CREATED, "provider": "users", "content": content, **more} for content in contents
    ]
    project.record(name, messages=entries)


class _Refusing:
    """A referee that refuses one recording."""

    def __init__(self, reference: str) -> None:
        self.seen: list[str] = []
        self._reference = reference

    def __call__(self, recordings: Sequence[RefereedRecording]) -> list[str]:
        self.seen += [recording.reference for recording in recordings]
        return ["$.name: no" if recording.reference == self._reference else "" for recording in recordings]


def _stated_content(project: Project) -> Any:
    (contract,) = project.derive().contracts
    (message,) = contract.messages
    return message_document(message)["contents"]


@pytest.mark.parametrize(
    "contents", [(None,), ("",), ({"id": 1}, None), ({"id": 1}, [1]), ({"id": 1}, "deleted")]
)
def test_a_content_that_no_example_can_state_is_not_in_the_contract(
    project: Project, contents: tuple[Any, ...]
) -> None:
    record_messages(project, *contents)
    assert _stated_content(project) == {}


def test_a_content_that_nobody_read_is_not_in_the_contract(project: Project) -> None:
    record_messages(project, {"id": 1}, reads=[])
    assert _stated_content(project) == {}


@pytest.mark.parametrize(
    "contents",
    [
        (None,),
        ("",),
        ("text", ""),
        ({"id": 1}, "deleted"),
        ("text",),
        (3,),
        ([1],),
        (10**20, 1),
        ({"a": 10**20},),
    ],
)
def test_the_official_engine_accepts_all_recordings_of_a_message(
    project: Project, contents: tuple[Any, ...]
) -> None:
    record_messages(project, *contents)
    referee = OfficialReferee()
    derivation = derive(load_settings(project.root), referee=referee)
    assert (derivation.problems, referee.judged) == ((), len(contents))


def test_messages_of_which_only_metadata_is_required_are_counted(project: Project) -> None:
    record_messages(project, {"id": 1}, None)
    result = CliRunner().invoke(command, ["derive", "--project", str(project.root)])
    assert "only metadata is required: 1 message" in result.output


def test_a_referee_sees_each_distinct_message_once(project: Project) -> None:
    record_messages(project, {"id": 1}, {"id": 1}, {"id": 2})
    referee = _Refusing("")
    derivation = derive(load_settings(project.root), referee=referee)
    assert (referee.seen, derivation.problems) == (
        ["cassettes/a.yaml#messages[0]", "cassettes/a.yaml#messages[2]"],
        (),
    )


def test_a_message_that_its_recording_does_not_match_is_a_problem_and_not_in_the_contract(
    project: Project,
) -> None:
    record_messages(project, {"id": 1}, {"id": 2})
    derivation = derive(load_settings(project.root), referee=_Refusing("cassettes/a.yaml#messages[1]"))
    (problem,) = derivation.problems
    assert "doesn't match cassettes/a.yaml#messages[1]" in problem.what
    assert [contract.messages for contract in derivation.contracts] == [()]


def test_the_recordings_of_a_message_that_is_left_out_are_counted(project: Project) -> None:
    record_messages(project, {"id": 1}, {"id": 2})
    derivation = derive(load_settings(project.root), referee=_Refusing("cassettes/a.yaml#messages[1]"))
    assert (derivation.recordings, [exclusion.count for exclusion in derivation.exclusions]) == (2, [1, 1])


def test_a_message_with_another_content_type_is_a_problem(project: Project) -> None:
    record_messages(project, {"id": 1}, metadata={"contentType": "application/json"})
    record_messages(project, {"id": 1}, metadata={"contentType": "application/vnd.a+json"}, name="b")
    (problem,) = project.derive().problems
    assert "is another content type" in problem.what


def test_a_message_is_proved_again_when_a_recording_is_added(project: Project) -> None:
    record_messages(project, {"id": 1})
    project.derive()
    record_messages(project, {"id": 2}, name="b")
    referee = _Refusing("cassettes/b.yaml#messages[0]")
    assert len(derive(load_settings(project.root), referee=referee).problems) == 1


CONTENTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["2026-01-31", "ada@example.com", "****", "(scrubbed)"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.sampled_from(["id", "a", "", "it's"]), inner, max_size=4)
    ),
    max_leaves=8,
)
METADATA = st.dictionaries(
    st.sampled_from(["key", "partition"]),
    st.sampled_from(["k", 3, 1.5, None, True, ["x"], [1, 2], {"a": 1}, {"a": "b"}, {}]),
    max_size=2,
)
CONTENT_TYPES = st.sampled_from(
    [{}, {"contentType": "application/json"}, {"content-type": "application/vnd.a+json; charset=utf-8"}]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(CONTENTS, METADATA), min_size=1, max_size=4), CONTENT_TYPES)
def test_every_recording_matches_the_message_derived_from_it(
    recorded: list[tuple[Any, dict[str, Any]]], content_type: dict[str, Any]
) -> None:
    messages = [
        RecordedMessage(
            description="m",
            provider="p",
            content=content,
            metadata=metadata | content_type,
            cassette="c",
            index=index,
        )
        for index, (content, metadata) in enumerate(recorded)
    ]
    (derived,) = messages_of({message_key(messages[0]): evidence_of_messages(messages)})
    matcher = MessageMatcher(json.loads(json.dumps(message_document(derived))))
    assert [matcher.mismatches(as_sent(message)) for message in messages] == [[] for _ in messages]
