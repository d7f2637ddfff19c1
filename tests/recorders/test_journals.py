"""Journals of WireMock and Hoverfly: what was sent and received, and not what was stubbed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pactape.recorders import read_recording

from tests.recorders.helpers.forms import BASE, read

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = 1769860800000


def served(
    path: str = "/a", moment: int = MOMENT, response: dict[str, Any] | None = None, **more: Any
) -> Any:
    request = {
        "url": path,
        "absoluteUrl": f"http://localhost:8080{path}",
        "method": "GET",
        "headers": {"Accept": "*/*"},
        "loggedDate": moment,
        "body": "",
    }
    answer = {"status": 200, "headers": {}, "body": "?", "bodyAsBase64": base64.b64encode(b"\xff").decode()}
    return {"id": "1", "request": request, "response": response or answer, "wasMatched": True, **more}


def journal(*entries: Any) -> Any:
    return {"requests": list(entries), "meta": {"total": len(entries)}, "requestJournalDisabled": False}


def test_requests_of_wiremock_s_journal_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    recording = read(tmp_path, journal(served("/b?q=1", MOMENT + 1000), served("/a")))
    assert [exchange.request.url for exchange in recording.exchanges] == [f"{BASE}/a", f"{BASE}/b?q=1"]
    first = recording.exchanges[0]
    assert (recording.tool, first.response.body, first.recorded_at) == (
        "WireMock",
        b"\xff",
        datetime(2026, 1, 31, 12, tzinfo=UTC),
    )


def test_a_request_that_matched_no_stub_is_skipped(tmp_path: Path) -> None:
    (skipped,) = read(tmp_path, journal(served(wasMatched=False))).skipped
    assert "matched no stub" in skipped.reason


def test_a_proxied_request_keeps_the_address_that_it_was_sent_to(tmp_path: Path) -> None:
    entry = served()
    entry["request"] |= {"absoluteUrl": "http://127.0.0.1:9/a", "browserProxyRequest": True}
    (exchange,) = read(tmp_path, journal(entry)).exchanges
    assert exchange.request.url == "http://127.0.0.1:9/a"


def test_an_older_journal_has_the_stub_s_response(tmp_path: Path) -> None:
    entry = served()
    entry["responseDefinition"] = {"status": 200, "jsonBody": {"a": 1}}
    del entry["response"]
    (exchange,) = read(tmp_path, journal(entry)).exchanges
    assert exchange.response.body == b'{"a":1}'


def flown(**response: Any) -> dict[str, Any]:
    request = {
        "path": "/a",
        "method": "GET",
        "destination": "api.example.com",
        "scheme": "https",
        "query": "q=1",
    }
    return {
        "request": request,
        "response": {"status": 200, "body": "x", **response},
        "timeStarted": "2026-01-31T13:00:00.000+01:00",
    }


def test_hoverfly_s_journal_is_read_with_the_times(tmp_path: Path) -> None:
    (exchange,) = read(tmp_path, {"journal": [flown()], "total": 1}).exchanges
    assert (exchange.request.url, exchange.recorded_at) == (
        f"{BASE}/a?q=1",
        datetime(2026, 1, 31, 12, tzinfo=UTC),
    )


def test_an_error_of_hoverfly_is_not_a_response(tmp_path: Path) -> None:
    (skipped,) = read(tmp_path, {"journal": [flown(status=502, body="Hoverfly Error!\n\nno match")]}).skipped
    assert "an error of Hoverfly" in skipped.reason


def test_simulations_before_version_1_are_read(tmp_path: Path) -> None:
    recording = read(tmp_path, {"data": [flown()]})
    assert (recording.tool, len(recording.exchanges)) == ("Hoverfly", 1)


def test_a_local_address_without_a_base_url_is_skipped(tmp_path: Path) -> None:
    read(tmp_path, journal(served()))
    (skipped,) = read_recording(tmp_path / "recording.json").skipped
    assert "pass --base-url" in skipped.reason
