"""What a provider responds is judged as it is sent: redirects, bodies that end early, rules that nobody knows."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from pactape.exchange import Response
from pactape.verification import Verdict, VerificationOptions, verify_in_process, verify_provider
from pactape.verification.official.reasons import Reasons

from tests.helpers.apis import json_response, serving_api
from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.serving import ReceivedRequest

UNKNOWN_RULE = {"body": {"$.id": {"matchers": [{"match": "as the moon"}], "combine": "AND"}}}
READING = "error decoding response body for url (http://127.0.0.1/a)"


def redirecting(request: ReceivedRequest) -> Response:
    if request.target == "/old":
        return Response(status=302, headers=(("Location", "/new"),), body=b"")
    return json_response({"id": 7})


def test_a_redirect_is_the_response(tmp_path: Path) -> None:
    moved = interaction("has moved", "/old", response={"status": 302, "headers": {"Location": ["/new"]}})
    path = write_pact(tmp_path / "a.json", moved, interaction("is here", "/old"))
    with serving_api(redirecting) as api:
        first, second = verify_provider([path], url=api.url, states={}).results
    assert (first.verdict, second.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert "302" in second.failures[0]


def test_a_body_that_ends_too_late_names_the_seconds() -> None:
    assert "did not respond within 2 s" in Reasons(2).explain(READING, states=(), seconds=2.0)


def test_a_body_that_ends_early_is_named() -> None:
    assert "the response is incomplete" in Reasons(2).explain(READING, states=(), seconds=0.1)


def test_a_rule_that_nobody_knows_could_not_be_judged_by_either_judge(tmp_path: Path) -> None:
    expecting = interaction("a", "/a", {"id": 7})
    expecting["response"]["matchingRules"] = UNKNOWN_RULE
    path = write_pact(tmp_path / "a.json", expecting)

    def app(_environ: object, start_response: object) -> list[bytes]:
        assert callable(start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"id": 7}']

    with running_provider({"/a": {"id": 7}}) as url:
        (official,) = verify_provider([path], url=url, states={}).results
    (own,) = verify_in_process([path], app=app, states={}).results
    assert (official.verdict, own.verdict) == (Verdict.NOT_JUDGED, Verdict.NOT_JUDGED)


@pytest.mark.parametrize(
    ("options", "slow_state", "verdict", "text"),
    [
        (VerificationOptions(timeout=20, state_timeout=0.5), True, Verdict.NOT_JUDGED, "--state-timeout"),
        (VerificationOptions(timeout=0.5, state_timeout=20), True, Verdict.PASSED, ""),
        (VerificationOptions(timeout=0.5, state_timeout=20), False, Verdict.NOT_JUDGED, "within 0.5 s"),
    ],
)
def test_responses_and_state_handlers_have_limits_of_their_own(
    tmp_path: Path, options: VerificationOptions, *, slow_state: bool, verdict: Verdict, text: str
) -> None:
    target = "/a" if slow_state else "/slow"
    path = write_pact(tmp_path / "a.json", interaction("a", target, providerStates=[{"name": "is there"}]))
    released = threading.Event()
    states = {"is there": lambda: released.wait(1.5) if slow_state else None}
    with running_provider({"/a": {}, "/slow": 3.0}) as url:
        (result,) = verify_provider([path], url=url, states=states, options=options).results
    released.set()
    assert result.verdict is verdict
    assert text in " ".join(result.failures)


def test_the_limit_of_a_state_handler_is_kept(tmp_path: Path) -> None:
    path = write_pact(tmp_path / "a.json", interaction("a", "/a", providerStates=[{"name": "is there"}]))
    released = threading.Event()
    with running_provider({"/a": {}}) as url:
        begin = time.monotonic()
        options = VerificationOptions(timeout=60, state_timeout=0.3)
        verify_provider([path], url=url, states={"is there": lambda: released.wait(30)}, options=options)
        seconds = time.monotonic() - begin
    released.set()
    assert seconds < 20
