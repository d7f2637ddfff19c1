"""WireMock's stubs in files of their own are used in the order in which they were recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import requests
from pactape.converting.convert import convert
from pactape.recorders import in_recorded_order
from pactape.replaying import replaying

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://api.example.com"


def stub(folder: Path, name: str, body: str = "", **more: Any) -> Path:
    response = {"status": 200, "body": body, "headers": {"Content-Type": "application/json"}}
    path = folder / "mappings" / f"{name}.json"
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(json.dumps({"request": {"url": "/items", "method": "GET"}, "response": response, **more}))
    return path


def state(required: str, new: str | None = None) -> dict[str, Any]:
    steps = {"scenarioName": "items", "requiredScenarioState": required}
    return {**steps, "newScenarioState": new} if new else steps


def scenario(folder: Path) -> list[Path]:
    return [
        stub(folder, "a", "[3]", **state("third")),
        stub(folder, "b", "[1]", **state("Started", "second")),
        stub(folder, "c", "[2]", **state("second", "third")),
    ]


def test_the_responses_of_a_scenario_in_several_files_are_replayed_in_its_order(tmp_path: Path) -> None:
    with replaying(scenario(tmp_path), base_url=BASE) as url:
        bodies = [requests.get(f"{url}/items", timeout=5).json() for _ in range(4)]
    assert bodies == [[1], [2], [3], [3]]


def test_a_scenario_in_several_files_is_converted_in_its_order(tmp_path: Path) -> None:
    convert(scenario(tmp_path), tmp_path / "all.ndjson", to="ndjson", base_url=BASE)
    lines = (tmp_path / "all.ndjson").read_text().splitlines()
    assert [json.loads(line)["response"]["body"] for line in lines] == ["[1]", "[2]", "[3]"]


def test_stubs_are_in_the_order_in_which_they_were_inserted(tmp_path: Path) -> None:
    files = [stub(tmp_path, name, insertionIndex=index) for name, index in (("10-x", 10), ("2-x", 2))]
    assert in_recorded_order(files) == files[::-1]


def test_scenarios_of_one_name_in_different_folders_are_apart(tmp_path: Path) -> None:
    one, other = scenario(tmp_path / "one"), scenario(tmp_path / "other")
    expected = [one[1], one[2], one[0], other[1], other[2], other[0]]
    assert in_recorded_order([*one, *other]) == expected


def test_other_files_keep_their_places(tmp_path: Path) -> None:
    first, last = tmp_path / "a.har", tmp_path / "z.json"
    last.write_text("[]")
    stubs = scenario(tmp_path)
    assert in_recorded_order([first, *stubs, last]) == [first, stubs[1], stubs[2], stubs[0], last]
