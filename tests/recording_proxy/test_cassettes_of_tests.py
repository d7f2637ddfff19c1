"""The cassettes that the recording proxy writes: complete after each exchange, one for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import read_cassette
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.writing import (
    encode_interaction,
    replace_cassette,
    write_encoded_interactions,
)
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.converting.cassette_writer import recorded_interaction
from pactape.exchange import Request, Response
from pactape.recording_proxy import RecordingSessions, TestSession

if TYPE_CHECKING:
    from pathlib import Path

JSON = (("Content-Type", "application/json"),)


def record(session: TestSession, path: str = "/users/7", *, response: bytes = b'{"id": 7}') -> None:
    request = Request(method="GET", url=f"https://api.test{path}")
    session.record(request, Response(status=200, headers=JSON, body=response))


@pytest.fixture
def sessions(tmp_path: Path) -> RecordingSessions:
    return RecordingSessions(tmp_path)


def test_each_exchange_is_in_the_cassette_when_it_was_recorded(sessions: RecordingSessions) -> None:
    session = sessions.start("gets users")
    counts = []
    for number in range(3):
        record(session, f"/users/{number}")
        counts.append(len(read_cassette(session.path)))
    assert counts == [1, 2, 3]


def test_a_cassette_that_grew_is_that_of_all_its_exchanges(
    sessions: RecordingSessions, tmp_path: Path
) -> None:
    session = sessions.start("gets users")
    for number in range(3):
        record(session, response=b'{"id": %d, "name": "Ada Lovelace", "email": "ada@example.com"}' % number)
    metadata = CassetteMetadata(provenance=session.exchanges[0].provenance)
    whole = tmp_path / "whole.yaml"
    interactions = [recorded_interaction(exchange) for exchange in session.exchanges]
    replace_cassette(whole, interactions, metadata=metadata, scrubber=Scrubber())
    write_encoded_interactions(
        tmp_path / "parts.yaml",
        [encode_interaction(interaction) for interaction in interactions],
        metadata=metadata,
        scrubber=Scrubber(),
    )
    assert whole.read_bytes() == session.path.read_bytes() == (tmp_path / "parts.yaml").read_bytes()


@pytest.mark.parametrize(
    ("one", "other"),
    [("gets: a", "gets a"), ("Gets-A", "gets-a"), ("x" * 130 + "1", "x" * 130 + "2"), ("recorded", "")],
)
def test_tests_with_similar_names_have_a_cassette_each(
    sessions: RecordingSessions, one: str, other: str
) -> None:
    paths = set()
    for name in (one, other):
        session = sessions.prepare(name, ())
        record(session)
        paths.add(str(session.path).lower())
    assert len(paths) == 2


def test_a_cassette_of_another_test_is_not_replaced_in_a_later_run(
    sessions: RecordingSessions, tmp_path: Path
) -> None:
    record(sessions.start("gets: a"))
    later = RecordingSessions(tmp_path).start("gets a")
    record(later)
    assert [len(read_cassette(path)) for path in (tmp_path / "gets-a.yaml", later.path)] == [1, 1]


def test_a_test_that_is_recorded_again_replaces_its_cassette(sessions: RecordingSessions) -> None:
    first = sessions.start("gets a user")
    record(first, "/first")
    second = sessions.start("gets a user")
    record(second, "/second")
    record(first, "/late")
    (exchange,) = read_cassette(second.path)
    assert (first.path, exchange.request.url) == (second.path, "https://api.test/second")


def test_a_response_that_comes_after_its_test_ended_is_recorded(sessions: RecordingSessions) -> None:
    session = sessions.start("gets a user")
    record(session, "/first")
    sessions.finish()
    record(session, "/slow")
    assert [exchange.request.url[-5:] for exchange in read_cassette(session.path)] == ["first", "/slow"]


def test_requests_without_a_test_share_a_cassette_whatever_ends_in_between(
    sessions: RecordingSessions,
) -> None:
    record(sessions.prepare(None, ()))
    sessions.finish()
    record(sessions.prepare(None, ()))
    (session,) = sessions.finish_all()
    assert (session.path.name, len(read_cassette(session.path))) == ("recorded.yaml", 2)


def test_a_secret_is_also_removed_from_what_was_recorded_before(sessions: RecordingSessions) -> None:
    session = sessions.start("logs in")
    record(session, "/items?after=q8w7e6r5t4y3u2i1", response=b'{"next": "q8w7e6r5t4y3u2i1"}')
    record(session, response=b'{"access_token": "q8w7e6r5t4y3u2i1"}')
    assert b"q8w7e6r5t4y3u2i1" not in session.path.read_bytes()


def test_an_exchange_that_can_not_be_scrubbed_is_a_failure_and_the_others_are_recorded(
    sessions: RecordingSessions,
) -> None:
    session = sessions.start("reads")
    coded = Response(status=200, headers=(("Content-Encoding", "compress"),), body=b"\x1f\x9d\x90\xff")
    session.record(Request(method="GET", url="https://api.test/coded"), coded)
    record(session)
    (failure,) = sessions.failures
    assert failure.startswith("GET https://api.test/coded: its body can't be read")
    assert len(read_cassette(session.path)) == 1


def test_the_name_of_a_cassette_has_no_secret(sessions: RecordingSessions) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    assert token not in sessions.start(f"logs in with {token}").path.name
