"""First samples of groups are kept as bytes, so that deriving takes little memory."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts import derive
from pactape.contracts.grouping.evidence.packed_samples import pack_sample, unpack_sample
from pactape.contracts.grouping.evidence.sample_evidence import Evidence
from pactape.contracts.samples.sample import Sample, SampleSequence
from pactape.exchange import Exchange, Request, Response
from pactape.settings import load_settings

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path

_MEGABYTE = 1_000_000


def sample(answer: Any, sent: Any = None, *, cassette: str = "a") -> Sample:
    headers = (("Content-Type", "application/json"),)
    body = b"" if sent is None else json.dumps(sent).encode()
    request = Request(method="POST", url="http://users.test/users", headers=headers, body=body)
    response = Response(status=200, headers=headers, body=json.dumps(answer).encode())
    exchange = Exchange(request=request, response=response, cassette=cassette, index=0)
    return SampleSequence([exchange]).next(exchange)


@pytest.mark.parametrize("answer", [{"id": 1}, [1, 2.5, None], None, {"n": 10**30}])
def test_a_packed_sample_has_the_values_of_its_bodies(answer: Any) -> None:
    one = sample(answer, sent={"name": "Ada"})
    assert unpack_sample(pack_sample(one)) == one


def test_compacted_evidence_has_the_same_first_sample() -> None:
    one = sample({"id": 1})
    evidence = Evidence.of(one)
    evidence.compact()
    assert evidence.first == one


def test_a_sample_that_cannot_be_packed_stays() -> None:
    one = sample({"id": 1}, cassette="half of a character: \ud800")
    evidence = Evidence.of(one)
    evidence.compact()
    assert evidence.first is one


@pytest.mark.long
def test_the_memory_of_deriving_is_less_than_three_times_the_recorded_answers(tmp_path: Path) -> None:
    project = Project(tmp_path)
    answer = {"items": [{"id": number, "name": f"n{number}"} for number in range(2_000)]}
    size = len(json.dumps(answer))
    names = [f"operation{number}" for number in range(40)]
    for name in names:
        project.record(name, interaction(url=f"http://users.test/{name}", answer=answer))
    settings = load_settings(project.root)
    derive(settings)  # imports what it needs, and fills the caches
    tracemalloc.start()
    derive(settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - _MEGABYTE < 3 * size * len(names)
