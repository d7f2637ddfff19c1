"""Messages of queues and topics: recorded with the test that received them, and given again without the queue."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from pactape.cassettes import lint_cassette, read_messages
from vcr.cassette import Cassette

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
[tool.pactape]
consumer = "mailer"

[tool.pactape.providers.users]
url = "http://users.example.com"
"""
QUEUE = """
import json

TAKEN = []

def take():
    TAKEN.append(1)
    with open("taken.log", "a") as log:
        log.write("taken\\n")
    user = {"id": len(TAKEN), "email": "ada@example.com", "password": "hunter2secret"}
    return json.dumps({"user": user, "sequence": 1}).encode()
"""
TESTS = """
import pytest, queue_of_users

@pytest.mark.cassette
def test_welcomes_a_user(receive_message):
    event = receive_message("a user was created", provider="users", live=queue_of_users.take).content
    assert event["user"]["email"] == "ada@example.com"
"""
TWICE = """
import pytest, queue_of_users

@pytest.mark.cassette
def test_takes_two(receive_message):
    ids = [
        receive_message("a user was created", provider="users", live=queue_of_users.take).content["user"]["id"]
        for _ in range(2)
    ]
    assert ids == [1, 2]
"""


class Project:
    """A project whose tests receive messages."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root: Path = pytester.path
        (self.root / "pyproject.toml").write_text(SETTINGS)
        (self.root / "queue_of_users.py").write_text(QUEUE)

    def tests(self, text: str) -> None:
        (self.root / "test_mailer.py").write_text(text)

    def run(self, *options: str) -> pytest.RunResult:
        sys.modules.pop("queue_of_users", None)
        return self.pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:xdist", *options)

    @property
    def cassette(self) -> Path:
        (path,) = (self.root / "cassettes").glob("*.yaml")
        return path

    @property
    def taken(self) -> int:
        return (self.root / "taken.log").read_text().count("taken")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(sys, "path", [str(pytester.path), *sys.path])
    instance = Project(pytester)
    instance.tests(TESTS)
    return instance


def test_a_recorded_message_is_replayed_without_the_queue(project: Project) -> None:
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    project.run().assert_outcomes(passed=1)
    assert project.taken == 1


def test_the_cassette_says_what_came_from_whom_and_what_was_read(project: Project) -> None:
    project.run("--pactape-record", "all")
    (message,) = read_messages(project.cassette)
    assert (message.description, message.provider, message.reads) == (
        "a user was created",
        "users",
        ("user.email",),
    )
    assert message.provenance is not None
    assert message.provenance.test == "test_mailer.py::test_welcomes_a_user"


def test_no_secret_of_a_message_is_recorded(project: Project) -> None:
    project.run("--pactape-record", "all")
    assert "hunter2secret" not in project.cassette.read_text()


def test_lint_finds_the_secret_of_a_message_that_was_recorded_before(project: Project) -> None:
    project.run("--pactape-record", "all")
    document = yaml.safe_load(project.cassette.read_text())
    document["pactape"]["messages"][0]["content"]["user"]["password"] = "hunter2secret"
    project.cassette.write_text(yaml.safe_dump(document))
    (finding,) = lint_cassette(project.cassette)
    assert str(finding).endswith("messages[0]: content: $.user.password: secret field")


def test_a_cassette_of_messages_alone_is_one_that_stock_vcrpy_reads(project: Project) -> None:
    project.run("--pactape-record", "all")
    assert len(Cassette.load(path=str(project.cassette))) == 0


def test_messages_of_one_description_are_given_in_the_order_in_which_they_came(project: Project) -> None:
    project.tests(TWICE)
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    project.run().assert_outcomes(passed=1)


def test_a_message_that_is_not_recorded_fails_the_test_and_says_what_is(project: Project) -> None:
    project.run("--pactape-record", "all")
    project.tests(TESTS.replace("a user was created", "a user was deleted"))
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*no recorded message is 'a user was deleted' from users*",
            "*a user was created (from users)*",
            "*pytest --pactape-record all test_mailer.py::test_welcomes_a_user*",
        ]
    )


def test_a_message_is_not_given_twice(project: Project) -> None:
    project.run("--pactape-record", "all")
    project.tests(TESTS + "    receive_message('a user was created', provider='users')\n")
    project.run().assert_outcomes(failed=1)


def test_what_is_missing_is_recorded_and_what_is_there_stays(project: Project) -> None:
    project.run("--pactape-record", "all")
    extra = "    receive_message('a user was deleted', provider='users', live=queue_of_users.take)\n"
    project.tests(TESTS + extra)
    project.run("--pactape-record", "new_episodes").assert_outcomes(passed=1)
    assert [message.description for message in read_messages(project.cassette)] == [
        "a user was created",
        "a user was deleted",
    ]


def test_what_is_read_while_replaying_is_noted_on_request(project: Project) -> None:
    project.run("--pactape-record", "all")
    project.tests(TESTS + "    assert event['sequence'] == 1\n")
    project.run("--pactape-observe").assert_outcomes(passed=1)
    assert read_messages(project.cassette)[0].reads == ("sequence", "user.email")


def test_a_plain_run_changes_no_cassette_of_messages(project: Project) -> None:
    project.run("--pactape-record", "all")
    before = project.cassette.read_bytes()
    project.tests(TESTS + "    assert event['sequence'] == 1\n")
    project.run().assert_outcomes(passed=1)
    assert project.cassette.read_bytes() == before


def test_a_message_that_no_test_receives_any_more_is_unused(project: Project) -> None:
    project.tests(TWICE)
    project.run("--pactape-record", "all")
    project.tests(TWICE.replace("range(2)", "range(1)").replace("[1, 2]", "[1]"))
    project.run().stdout.fnmatch_lines("*unused: *messages?1?: a user was created*")


def test_the_metadata_of_a_message_is_recorded_too(project: Project) -> None:
    project.tests(
        """
import pytest
from pactape.cassettes import ReceivedMessage

def live():
    return ReceivedMessage(content={"id": 1}, metadata={"routing_key": "users.created"})

@pytest.mark.cassette
def test_reads_the_routing_key(receive_message):
    message = receive_message("a user was created", provider="users", live=live)
    assert message.metadata["routing_key"] == "users.created"
    assert message.body == b'{"id":1}'
"""
    )
    project.run("--pactape-record", "all").assert_outcomes(passed=1)
    project.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("@pytest.mark.cassette\n", ""), "*mark the test with @pytest.mark.cassette*"),
        (('provider="users"', 'provider="orders"'), "*tool.pactape.providers*has no provider*orders*"),
        ((", live=queue_of_users.take", ""), "*give receive_message the argument `live`*"),
        (("live=queue_of_users.take", "live=lambda: b'not json'"), "*is not valid JSON*"),
        (("live=queue_of_users.take", "live=lambda: {1, 2}.union"), "*is not valid JSON*"),
    ],
)
def test_what_can_not_be_received_is_refused_with_what_to_do(
    project: Project, change: tuple[str, str], words: str
) -> None:
    project.tests(TESTS.replace(*change))
    result = project.run("--pactape-record", "all")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(words)
