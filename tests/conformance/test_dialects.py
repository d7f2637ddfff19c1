"""Recordings in dialects that once broke something keep the contracts that came from them, by both judges' word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.soundness import judged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conformance.helpers.soundness_report import Report

JSON_WITHOUT_A_TYPE = """\
interactions:
- request:
    body: '{"order": {"type": "Sale", "lines": [{"amount": "30.00", "note": null}]}}'
    headers: {Authorization: [Basic Og==]}
    method: POST
    uri: https://tax.example/transactions
  response:
    body: {string: '{"id": 1, "type": "Sale", "tax": 2.3, "code": "T-1"}'}
    headers: {Content-Type: [application/json; charset=utf-8]}
    status: {code: 201, message: Created}
- request:
    body: '{"order": {"type": "Sale", "lines": []}}'
    headers: {Authorization: [Basic Og==]}
    method: POST
    uri: https://tax.example/transactions
  response:
    body: {string: '{"id": 2, "type": "Sale", "tax": 0, "code": null}'}
    headers: {Content-Type: [application/json; charset=utf-8]}
    status: {code: 201, message: Created}
version: 1
"""
BYTES = """\
interactions:
- request:
    body: !!binary |
      LS14DQpDb250ZW50LURpc3Bvc2l0aW9uOiBmb3JtLWRhdGE7IG5hbWU9ImZpbGUiOyBmaWxlbmFtZT0iYS5wbmciDQoNColQTkf/AA0KLS14LS0NCg==
    headers: {Content-Type: [multipart/form-data; boundary=x]}
    method: POST
    uri: https://social.example/media
  response:
    body: {string: '{"id": "109304275688051809", "blurhash": "UGD9Yh"}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""
SLASH_IN_A_NAME = """\
interactions:
- request: {body: null, headers: {}, method: GET, uri: 'https://git.example/projects/7/files/src%2Fa%20b.py?ref=main'}
  response:
    body: {string: '{"size": 11, "path": "src/a b.py"}'}
    headers: {content-type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""
#: httpx's own form, with the body of the response as text under "content", and one header value each.
REDIRECT = """\
interactions:
- request: {body: '', headers: {}, method: GET, uri: 'http://releases.example/download'}
  response:
    content: ''
    headers: {location: ['http://releases.example/download/']}
    http_version: HTTP/1.1
    status_code: 301
- request: {body: '', headers: {}, method: GET, uri: 'http://releases.example/download/'}
  response:
    content: '{"versions": ["1.0", "1.1"]}'
    headers: {content-type: [application/json]}
    http_version: HTTP/1.1
    status_code: 200
version: 1
"""
#: Equal requests whose answers differ: what both have in common is the contract, and a 401 stays out between them.
REPEATED = """\
interactions:
- request: {body: null, headers: {}, method: GET, uri: 'https://jobs.example/jobs/5'}
  response:
    body: {string: '{"id": 5, "state": "queued"}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
- request: {body: null, headers: {}, method: GET, uri: 'https://jobs.example/jobs/5'}
  response:
    body: {string: '{"error": "expired"}'}
    headers: {Content-Type: [application/json]}
    status: {code: 401, message: Unauthorized}
- request: {body: null, headers: {}, method: GET, uri: 'https://jobs.example/jobs/5'}
  response:
    body: {string: '{"id": 5, "state": "done", "result": {"rows": [], "by-day": {"2024-05-01": 1.5}}}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
- request: {body: null, headers: {}, method: DELETE, uri: 'https://jobs.example/jobs/5'}
  response:
    body: {string: ''}
    headers: {}
    status: {code: 204, message: No Content}
version: 1
"""
DIALECTS = {
    "a_json_body_without_a_type": (JSON_WITHOUT_A_TYPE, 2, {}),
    "a_body_of_bytes": (BYTES, 1, {}),
    "a_slash_in_a_name": (SLASH_IN_A_NAME, 1, {}),
    "a_redirect": (REDIRECT, 1, {"a redirect, which the official verifier follows": 1}),
    "equal_requests": (REPEATED, 3, {"a response about credentials, which are not recorded": 1}),
}


def report(folder: Path, text: str) -> Report:
    """What is found about one cassette, whose name has no ending."""
    (folder / "recorded").write_text(text, encoding="utf-8")
    return judged(folder)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_recording_is_sound_and_both_judges_say_so(dialect: str, tmp_path: Path) -> None:
    text, recordings, exclusions = DIALECTS[dialect]
    soundness = report(tmp_path, text)
    assert (len(soundness.verdicts), soundness.failed, soundness.exclusions) == (recordings, (), exclusions)


def test_another_recording_s_answer_is_not_sound_and_both_judges_say_so(tmp_path: Path) -> None:
    soundness = report(tmp_path, REPEATED)
    official_verdicts = [bool(swap.official) for swap in soundness.swapped]
    assert (official_verdicts, soundness.disagreements) == ([False, True, True], ())


def test_a_cassette_that_cant_be_read_is_skipped_with_the_reason(tmp_path: Path) -> None:
    soundness = report(tmp_path, "interactions: 7")
    assert (soundness.verdicts, list(soundness.exclusions)) == (
        (),
        ["the cassette can't be read: has no list of interactions"],
    )
