"""Accumulator in shards gives the same bytes in any split and order; cache spare the second reading."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pactape
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pactape.checking import check_project
from pactape.contracts import derive
from pactape.contracts.derive import conclude
from pactape.contracts.grouping.evidence.accumulator import Accumulator
from pactape.contracts.proof.recordings import RecordingsInOrder
from pactape.settings import load_settings

from tests.helpers.examples import examples

if TYPE_CHECKING:
    from pactape.contracts import Derivation
    from pactape.settings import Settings

SETTINGS = (
    '[project]\nname = "web"\n[tool.pactape]\ntyped_optionals = true\n'
    '[tool.pactape.providers.users]\nurl = "http://users.test"\n'
)
ANSWERS: list[Any] = [
    {"id": 1, "type": "a", "only_a": 1, "at": "2026-01-31T12:00:00Z"},
    {"id": 2, "type": "b", "only_b": "x", "at": "2026-01-31"},
    {"id": None, "type": "a", "only_a": 2.5},
    {"id": 3, "type": "b", "only_b": None, "list": [1, "x", {"k": 1}]},
    [{"id": 1, "name": "x", "slug": "y"}],
]
PATHS = ["/pets/1", "/pets/2", "/pets/3", "/shops/graz", "/shops/linz", "/shops/wien", "/pets"]


def record(
    root: Path, name: str, *exchanges: tuple[str, Any], headers: dict[str, list[str]] | None = None
) -> Path:
    interactions = [
        {
            "request": {
                "method": "GET",
                "uri": f"http://users.test{path}",
                "body": None,
                "headers": headers or {},
            },
            "response": {
                "status": {"code": 200, "message": ""},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": json.dumps(answer)},
            },
        }
        for path, answer in exchanges
    ]
    (root / "cassettes").mkdir(exist_ok=True)
    path = root / "cassettes" / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"interactions": interactions, "version": 1}), encoding="utf-8")
    return path


def project(root: Path) -> Settings:
    (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(root)


def encoded_contracts(derivation: Derivation) -> list[dict[str, bytes]]:
    return [contract.encode() for contract in derivation.contracts]


@given(
    exchanges=st.lists(
        st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(ANSWERS)), min_size=1, max_size=3),
        min_size=2,
        max_size=6,
    ),
    chance=st.randoms(use_true_random=False),
)
@examples(40)
def test_shards_of_any_split_and_order_join_to_the_same_bytes(
    tmp_path: Path, exchanges: list[list[tuple[str, Any]]], chance: Any
) -> None:
    project_settings = project(tmp_path)
    paths = [record(tmp_path, str(number), *interactions) for number, interactions in enumerate(exchanges)]
    whole = Accumulator(project_settings)
    for path in paths:
        whole.read(path)
    chance.shuffle(paths)
    shards = [Accumulator(project_settings) for _ in range(chance.randint(1, 3))]
    for path in paths:
        chance.choice(shards).read(path)
    first, *others = shards
    for other in others:
        first.digest.join(other.digest)
    recordings = RecordingsInOrder(whole.digest.paths, whole.reader)
    expected_contracts = encoded_contracts(conclude(whole.digest, recordings, project_settings))
    assert encoded_contracts(conclude(first.digest, recordings, project_settings)) == expected_contracts


@given(
    exchanges=st.lists(
        st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(ANSWERS)), min_size=1, max_size=3),
        min_size=1,
        max_size=6,
    )
)
@examples(40)
def test_what_is_kept_gives_the_bytes_that_the_cassettes_give(
    tmp_path: Path, exchanges: list[list[tuple[str, Any]]]
) -> None:
    project_settings = project(tmp_path)
    shutil.rmtree(tmp_path / "cassettes", ignore_errors=True)
    for number, interactions in enumerate(exchanges):
        record(tmp_path, str(number), *interactions)
    from_cassettes, from_kept = derive(project_settings), derive(project_settings)
    assert (encoded_contracts(from_kept), from_kept.exclusions) == (
        encoded_contracts(from_cassettes),
        from_cassettes.exclusions,
    )


def cache(root: Path) -> list[Path]:
    """What is cached of cassettes: evidence, and exchanges without secrets."""
    return sorted(
        path for path in (root / ".pactape").glob("*/*") if path.parent.name in {"evidence", "exchanges"}
    )


def test_a_second_derivation_reads_no_cassette_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", ANSWERS[0]))
    first = encoded_contracts(derive(project_settings))

    def refuse(path: Path) -> None:
        raise AssertionError(path)

    monkeypatch.setattr("pactape.contracts.samples.scrubbed_cache.read_any", refuse)
    assert encoded_contracts(derive(project_settings)) == first


def test_a_cassette_that_changed_is_read_anew_and_its_old_copy_goes(tmp_path: Path) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", ANSWERS[0]))
    before = (encoded_contracts(derive(project_settings)), cache(tmp_path))
    record(tmp_path, "a", ("/pets/1", ANSWERS[4]))
    after = (encoded_contracts(derive(project_settings)), cache(tmp_path))
    assert (before[0] != after[0], before[1] != after[1], len(after[1])) == (True, True, 2)


def test_no_secret_is_in_a_copy(tmp_path: Path) -> None:
    project_settings = project(tmp_path)
    headers = {"Authorization": ["Bearer RAWTOKENabc987"], "X-Api-Key": ["HEADERSECRET456"]}
    record(tmp_path, "a", ("/pets/1?api_key=QUERYSECRET1", {"password": "BODYSECRET1"}), headers=headers)
    derive(project_settings)
    check_project(project_settings)
    data = b"".join(path.read_bytes() for path in cache(tmp_path))
    secrets = (b"RAWTOKENabc987", b"HEADERSECRET456", b"QUERYSECRET1", b"BODYSECRET1")
    assert ([secret for secret in secrets if secret in data], b"/pets/1" in data) == ([], True)


@pytest.mark.parametrize("torn", [b"", b"\x92", b"nonsense"])
def test_a_torn_copy_is_made_anew(tmp_path: Path, torn: bytes) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", ANSWERS[0]))
    first = encoded_contracts(derive(project_settings))
    copies = cache(tmp_path)
    for copy in copies:
        copy.write_bytes(torn)
    assert (encoded_contracts(derive(project_settings)), [copy.read_bytes() == torn for copy in copies]) == (
        first,
        [False, False],
    )


def test_checking_keeps_one_copy_of_a_cassette_that_has_changed(tmp_path: Path) -> None:
    project_settings = project(tmp_path)
    for answer in (ANSWERS[0], ANSWERS[4]):
        record(tmp_path, "a", ("/pets/1", answer))
        check_project(project_settings)
    assert [path.parent.name for path in cache(tmp_path)] == ["evidence", "exchanges"]


def test_what_is_kept_is_not_used_for_another_provider_name_or_all_fields_or_another_place(
    tmp_path: Path,
) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", ANSWERS[0]))
    first = encoded_contracts(derive(project_settings))
    assert encoded_contracts(derive(project_settings, all_fields=True)) == first
    renamed = msgspec.structs.replace(project_settings, consumer="another")
    assert {contract.parties.consumer for contract in derive(renamed).contracts} == {"another"}
    (tmp_path / "cassettes" / "a.yaml").rename(tmp_path / "cassettes" / "b.yaml")
    (contract,) = encoded_contracts(derive(project_settings))
    assert b"cassettes/b.yaml" in contract["web-users.json"]


def test_what_is_kept_is_not_used_when_the_openapi_document_has_changed(tmp_path: Path) -> None:
    project_settings = project(tmp_path)
    (only,) = project_settings.providers.values()
    document = tmp_path / "openapi.yaml"
    described = msgspec.structs.replace(
        project_settings, providers={only.key: msgspec.structs.replace(only, openapi=document)}
    )
    record(tmp_path, "a", ("/pets/rex", ANSWERS[0]), ("/pets/tom", ANSWERS[0]))
    document.write_text("openapi: 3.0.0\npaths: {}\n", encoding="utf-8")
    apart = len(derive(described).contracts[0].interactions)
    document.write_text("openapi: 3.0.0\npaths: {'/pets/{name}': {get: {}}}\n", encoding="utf-8")
    assert (apart, len(derive(described).contracts[0].interactions)) == (2, 1)


@pytest.mark.long
@pytest.mark.parametrize(
    "changed", ["contracts/grouping/evidence/operations.py", "cassettes/scrubbing/scrubber.py", "exchange.py"]
)
def test_what_is_kept_is_not_used_by_other_code_even_of_the_same_size_and_age(
    tmp_path: Path, changed: str
) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", ANSWERS[0]))
    shutil.copytree(Path(pactape.__file__).parent, tmp_path / "code" / "pactape")
    first = digest_made_by(tmp_path / "code", project_settings)
    assert digest_made_by(tmp_path / "code", project_settings) == first
    module = tmp_path / "code" / "pactape" / changed
    before, text = module.stat(), module.read_text(encoding="utf-8")
    module.write_text(text.replace('"""', "'''", 2), encoding="utf-8")
    os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert module.stat().st_size == before.st_size
    assert digest_made_by(tmp_path / "code", project_settings) != first


def digest_made_by(code: Path, project_settings: Settings) -> str:
    """The name of the one digest that there is after a copy of the toolkit has derived."""
    program = (
        "import sys; from pathlib import Path; from pactape.contracts import derive; "
        "from pactape.settings import load_settings; derive(load_settings(Path(sys.argv[1])))"
    )
    subprocess.run(
        [sys.executable, "-P", "-c", program, str(project_settings.root)],
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    (digest,) = (project_settings.root / ".pactape" / "evidence").iterdir()
    return digest.name


def test_what_can_not_be_kept_is_derived_all_the_same(tmp_path: Path) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", {"id": 99999999999999999999999}))
    first = encoded_contracts(derive(project_settings))
    assert (len(first), encoded_contracts(derive(project_settings))) == (1, first)


@pytest.mark.parametrize("side", ["value", "key"])
def test_an_answer_with_half_a_character_is_skipped_and_the_others_are_not(tmp_path: Path, side: str) -> None:
    project_settings = project(tmp_path)
    odd = {"name": "\ud800"} if side == "value" else {"\ud800": 1}
    record(tmp_path, "a", ("/pets/1", odd), ("/pets/2", ANSWERS[0]))
    derivation = derive(project_settings)
    assert (
        len(encoded_contracts(derivation)),
        [exclusion.reason for exclusion in derivation.exclusions],
    ) == (
        1,
        ["the response's body has an unpaired surrogate"],
    )


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    project_settings = project(tmp_path)
    record(tmp_path, "a", ("/pets/1", ANSWERS[0]))
    (tmp_path / ".pactape").write_text("a file", encoding="utf-8")
    assert len(derive(project_settings).contracts) == 1
