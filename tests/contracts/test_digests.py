"""The digest's four verbs: create, add, merge, extract."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape import Exchange, Request, Response
from pactape.contracts import Derivation, derive
from pactape.contracts.digests import Digest, DigestCombiner
from pactape.errors import CassetteFormatError
from pactape.settings import load_settings

from tests.helpers.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

BODIES: list[Any] = [
    {"id": 1, "name": "Ada", "at": "2026-01-31T12:00:00Z"},
    {"id": 2, "name": None},
    {"id": 2.5, "tags": ["a", 1]},
    [{"id": 1}],
    {"n": 10**30},
    {"password": "hunter2hunter2", "id": 3},
]
PATHS = ["/pets/1", "/pets/2", "/pets", "/shops/graz", "/shops/linz"]


def combiner(root: Path) -> DigestCombiner:
    (root / "pyproject.toml").write_text('[project]\nname = "web"\n', encoding="utf-8")
    return DigestCombiner(load_settings(root))


def exchange(path: str, body: Any, *, index: int = 0, status: int = 200, cassette: str = "day") -> Exchange:
    return Exchange(
        request=Request(method="GET", url=f"https://api.test{path}"),
        response=Response(
            status=status, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode()
        ),
        cassette=cassette,
        index=index,
    )


#: Also several with one position, which no part knows of another.
EXCHANGES = st.lists(
    st.builds(exchange, st.sampled_from(PATHS), st.sampled_from(BODIES), index=st.integers(0, 5)),
    max_size=8,
)


def digest_of(verbs: DigestCombiner, exchanges: list[Exchange]) -> Digest:
    digest = verbs.create()
    for exchange in exchanges:
        verbs.add(digest, exchange)
    return digest


@given(parts=st.lists(EXCHANGES, min_size=1, max_size=4), seed=st.integers())
@examples(60)
def test_the_digest_of_the_parts_is_that_of_the_whole_in_any_order_and_nesting(
    tmp_path: Path, parts: list[list[Exchange]], seed: int
) -> None:
    verbs = combiner(tmp_path)
    whole = verbs.to_bytes(digest_of(verbs, [sample for part in parts for sample in part]))
    digests = [digest_of(verbs, part) for part in parts]
    chance = random.Random(seed)  # noqa: S311 -- an order, not a secret
    while len(digests) > 1:  # merge two at a time, in a random tree
        chance.shuffle(digests)
        digests = [verbs.merge(digests[:2]), *digests[2:]]
    assert verbs.to_bytes(digests[0]) == whole


@given(exchanges=EXCHANGES)
@examples(60)
def test_a_digest_survives_its_bytes(tmp_path: Path, exchanges: list[Exchange]) -> None:
    verbs = combiner(tmp_path)
    data = verbs.to_bytes(digest_of(verbs, exchanges))
    assert verbs.to_bytes(verbs.from_bytes(data)) == data


def outcome(derivation: Derivation) -> tuple[object, ...]:
    contracts = [contract.encode() for contract in derivation.contracts]
    return contracts, derivation.recordings, derivation.exclusions, derivation.problems


def test_extract_gives_the_contracts_that_derive_gives(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    lines = [
        {
            "request": {"method": "GET", "url": f"https://api.test{path}"},
            "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body},
        }
        for path in PATHS
        for body in BODIES[:3]
    ]
    folder = tmp_path / "traffic"
    folder.mkdir()
    for number, line in enumerate(lines):
        (folder / f"{number}.ndjson").write_text(json.dumps(line), encoding="utf-8")
    text = '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["traffic"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    verbs = DigestCombiner(load_settings(tmp_path))
    digest = verbs.merge(verbs.add_file(verbs.create(), path) for path in folder.iterdir())
    assert outcome(verbs.extract(digest)) == outcome(derive(load_settings(tmp_path)))


def test_extract_leaves_the_digest_unchanged(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    digest = digest_of(verbs, [exchange(path, BODIES[0]) for path in PATHS])
    data = verbs.to_bytes(digest)
    first, second = outcome(verbs.extract(digest)), outcome(verbs.extract(digest))
    assert (first == second, verbs.to_bytes(digest) == data) == (True, True)


def test_no_secret_is_in_a_digest(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    data = verbs.to_bytes(verbs.add(verbs.create(), exchange("/pets/1?api_key=QUERYSECRET1", BODIES[5])))
    assert (b"hunter2" in data, b"QUERYSECRET1" in data, b"/pets/1" in data) == (False, False, True)


def test_exchanges_of_one_recording_know_the_ids_that_earlier_answers_brought(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    of_collection = exchange("/shops", {"id": "graz"})
    of_member = exchange("/shops/graz", {"id": "graz"}, index=1)
    together = verbs.extract(verbs.add(verbs.create(), of_collection, of_member))
    apart = verbs.extract(digest_of(verbs, [of_collection, of_member]))
    operations = [
        [interaction.description for interaction in derivation.contracts[0].interactions]
        for derivation in (together, apart)
    ]
    assert operations == [
        ["GET /shops → 200", "GET /shops/{id} → 200"],
        ["GET /shops → 200", "GET /shops/graz → 200"],
    ]


def test_a_contradiction_counts_all_exchanges_that_it_excludes(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    answers = [
        exchange("/pets", {"id": number}, index=number, status=200 + number // 3) for number in range(5)
    ]
    derivation = verbs.extract(digest_of(verbs, answers))
    assert [(exclusion.index, exclusion.count) for exclusion in derivation.exclusions] == [(3, 2)]
    assert (len(derivation.problems), derivation.recordings) == (1, 5)


def test_exchanges_that_take_no_part_are_counted(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    derivation = verbs.extract(digest_of(verbs, [exchange("/me", {}, status=401), exchange("/pets", {})]))
    assert ([exclusion.reason[:29] for exclusion in derivation.exclusions], derivation.recordings) == (
        ["a response about credentials, w"[:29]],
        2,
    )


def test_a_recording_that_can_not_be_read_leaves_the_digest_unchanged(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    digest = digest_of(verbs, [exchange("/pets", {})])
    before = verbs.to_bytes(digest)
    (tmp_path / "broken.har").write_text('{"log": {"entries": [', encoding="utf-8")
    with pytest.raises(CassetteFormatError, match="damaged file of HAR"):
        verbs.add_file(digest, tmp_path / "broken.har")
    assert verbs.to_bytes(digest) == before


NO_DIGESTS = [b"", b"\x00", b"nonsense", b"\x95\x01\x00\x90\x90", b"\x95\x01\xc7\x01\x07x\x90\x90\x90"]


@pytest.mark.parametrize("data", NO_DIGESTS)
def test_bytes_that_are_not_a_digest_are_an_error(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CassetteFormatError, match="is not a digest"):
        combiner(tmp_path).from_bytes(data)


def test_a_digest_of_another_version_is_an_error(tmp_path: Path) -> None:
    data = msgspec.msgpack.encode([99, 0, [], [], []])
    with pytest.raises(CassetteFormatError, match="is a digest of version 99"):
        combiner(tmp_path).from_bytes(data)


def test_recorded_messages_join_like_exchanges(tmp_path: Path) -> None:
    verbs = combiner(tmp_path)
    text = '[project]\nname = "web"\n[tool.pactape.providers.users]\nurl = "http://users.test"\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    verbs = DigestCombiner(load_settings(tmp_path))
    digests = []
    for number in (2, 1):
        content = {"id": number, **({"nick": "x"} if number == 1 else {})}
        message = {"description": "a user was created", "provider": "users", "content": content}
        key = {"version": 1, "messages": [message], "test": f"t::{number}", "description": "it"}
        path = tmp_path / "cassettes" / f"{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"interactions": [], "version": 1, "pactape": key}), encoding="utf-8")
        digests.append(verbs.from_bytes(verbs.to_bytes(verbs.add_file(verbs.create(), path))))
    digest = verbs.merge(digests)
    assert outcome(verbs.extract(digest)) == outcome(derive(load_settings(tmp_path)))
