"""Files that end too early: they name the tool, and nothing that is only half there is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.contents import read_any
from pactape.errors import CassetteFormatError
from pactape.recorders import ReadOptions

from tests.recorders.helpers.forms import read
from tests.recorders.helpers.samples import BASE_URL, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.exchange import Exchange

OPTIONS = ReadOptions(base_url=BASE_URL)
#: In the order of the recorders: the time of recording and the creation come last.
WHOLE = {
    "vcr": (
        "---\nhttp_interactions:\n- request:\n    method: get\n    uri: https://a.test/users\n    headers: {}\n"
        "  response:\n    status:\n      code: 200\n    headers:\n      Content-Type:\n      - application/json\n"
        "      X-Runtime:\n      - '1'\n    body:\n      encoding: UTF-8\n      string: '{}'\n"
        "  recorded_at: Sat, 31 Jan 2026 12:00:00 GMT\nrecorded_with: VCR 6.1.0\n"
    ),
    "keploy": (
        "version: api.keploy.io/v1beta1\nkind: Http\nname: t\nspec:\n  req:\n    method: GET\n"
        "    url: https://a.test/users\n    header:\n      Accept: a\n    body: ''\n  resp:\n    status_code: 200\n"
        "    header:\n      Content-Type: application/json\n    body: '{}'\n  created: 1700000000\n"
    ),
    "go-vcr": (
        "---\nversion: 2\ninteractions:\n- id: 0\n  request:\n    url: https://a.test/users\n    method: GET\n"
        "    body: ''\n    headers: {}\n  response:\n    body: '{}'\n    code: 200\n    duration: 1ms\n"
        "    headers:\n      Content-Type:\n      - application/json\n    status: 200 OK\n"
    ),
}


def _seen(exchange: Exchange) -> object:
    return exchange.request, exchange.response.status, exchange.response.headers, exchange.response.body


@pytest.mark.parametrize("form", WHOLE)
def test_no_part_of_an_exchange_is_taken_for_the_whole(tmp_path: Path, form: str) -> None:
    text = WHOLE[form]
    (whole,) = read(tmp_path, text, "a.yaml").exchanges
    path = tmp_path / "b.yaml"
    found = set()
    for end in range(60, len(text)):
        if text[end - 1] == "\n":  # a file that ends with a line may be whole
            continue
        path.write_text(text[:end], encoding="utf-8")
        try:
            found |= {_seen(exchange) for exchange in read_any(path, OPTIONS).exchanges}
        except CassetteFormatError:
            continue
    assert found <= {_seen(whole)}


def test_an_entry_that_is_cut_off_is_named_with_a_remedy(tmp_path: Path) -> None:
    (skipped,) = read(tmp_path, WHOLE["keploy"].partition("\n  created")[0], "a.yaml").skipped
    assert (
        skipped.location,
        "seems to be cut off" in skipped.reason,
        "add a line break" in skipped.reason,
    ) == (
        "document 1",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("sample", "tool"),
    [
        ("har", "HAR"),
        ("mockserver", "MockServer"),
        ("wiremock", "WireMock"),
        ("hoverfly", "Hoverfly"),
        ("nock", "nock"),
        ("vcr-ruby", "VCR"),
        ("postman", "Postman"),
    ],
)
def test_half_of_a_file_names_the_tool(tmp_path: Path, sample: str, tool: str) -> None:
    text = SAMPLES[sample]
    path = tmp_path / "a.json"
    path.write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(CassetteFormatError, match=rf"is a damaged file of {tool}.* \(line 1, column \d+"):
        read_any(path, OPTIONS)


def test_an_example_of_bruno_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match="is a damaged Bruno file"):
        read(tmp_path, "meta {\n  name: r\n}\n\nbody:json {\n  {", "r.bru")


def test_a_broken_first_line_of_ndjson_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    recording = read(tmp_path, '{"request": {"me\n' + SAMPLES["ndjson"], "a.ndjson")
    assert (len(recording.exchanges), [entry.location for entry in recording.skipped]) == (2, ["line 1"])


def test_headers_of_an_entry_that_are_not_headers_skip_it_alone(tmp_path: Path) -> None:
    text = WHOLE["go-vcr"].replace("Content-Type:\n      - application/json", "- a")
    recording = read(tmp_path, text, "a.yaml")
    assert [entry.location for entry in recording.skipped] == ["interactions[0]"]


@pytest.mark.parametrize("form", WHOLE)
def test_a_whole_file_whose_last_line_has_no_end_is_read(tmp_path: Path, form: str) -> None:
    assert len(read(tmp_path, WHOLE[form].rstrip(), "a.yaml").exchanges) == 1


def test_a_file_of_responses_may_end_without_a_line_end(tmp_path: Path) -> None:
    text = "responses:\n- response:\n    body: x\n    method: GET\n    status: 200\n    url: https://a.test/users"
    assert len(read(tmp_path, text, "a.yaml").exchanges) == 1
