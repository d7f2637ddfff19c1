"""JSON bodies stand in cassettes a line for each member, and are read as the same text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
import vcr
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.format.fast_yaml import parse_fast
from pactape.cassettes.format.yaml_bodies import BodyPlaceholders, yaml_scalar
from vcr.serializers import yamlserializer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

LOADERS = [yaml.SafeLoader, yaml.CSafeLoader]
SEPARATORS = [(", ", ": "), (",", ":"), (", ", ":"), (",", ": "), (" , ", " : "), (",  ", ": ")]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["a, b", "it's", '"', "\\", " x "]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
TEXTS = st.builds(
    lambda value, separators, indent, ascii_only, end: (
        json.dumps([value, "x" * 60], separators=separators, indent=indent, ensure_ascii=ascii_only) + end
    ),
    VALUES,
    st.sampled_from(SEPARATORS),
    st.sampled_from([None, 0, 2, "\t"]),
    st.booleans(),
    st.sampled_from(["", "\n", " ", "\n\n"]),
)


def in_a_document(text: str) -> str:
    words = BodyPlaceholders()
    document = yaml.safe_dump({"a": {"string": words.for_text(text)}, "b": words.for_text(text)})
    return words.fill(document)


@pytest.mark.parametrize("loader", LOADERS)
@given(text=TEXTS)
def test_any_json_is_read_unchanged(loader: Any, text: str) -> None:
    document = yaml.load(in_a_document(text), loader)  # noqa: S506 -- both are safe ones
    assert document == {"a": {"string": text}, "b": text}


@given(text=st.text(min_size=61))
def test_what_is_not_json_is_left_to_the_serializer(text: str) -> None:
    assert yaml.safe_load(in_a_document(text)) == {"a": {"string": text}, "b": text}


@pytest.mark.parametrize("separators", SEPARATORS[:2], ids=["spaced", "compact"])
def test_each_member_has_a_line(separators: tuple[str, str]) -> None:
    user = {
        "id": 7,
        "name": "Ada, Countess of Lovelace",
        "tags": ["a", "b"],
        "profile": {"city": "London", "born": 1815},
    }
    text = yaml_scalar(json.dumps(user, separators=separators), indent=4)
    assert text is not None
    assert [line.strip(" \\").split(":")[0].replace("\\", "") for line in text.splitlines()] == [
        f'{text[0]}{{"id"',
        '"name"',
        '"tags"',
        '"b"],',
        '"profile"',
        '"born"',
    ]


def test_a_short_text_stays_on_its_line() -> None:
    assert yaml_scalar('{"id": 7}', indent=4) is None


@pytest.mark.parametrize("separators", SEPARATORS)
def test_vcrpy_replays_the_same_bytes(
    tmp_path: Path, provider: Provider, separators: tuple[str, str]
) -> None:
    body = json.dumps({"id": 7, "tags": ["it's", 'a "quote"', "a, b"] * 9}, separators=separators)
    provider.routes["/x"] = lambda _body: (200, {"Content-Type": "application/json"}, body.encode())
    path = tmp_path / "cassette.yaml"
    with use_cassette(path, mode=RecordMode.ALL):
        requests.post(f"{provider.url}/x", data=body, timeout=30)
    with vcr.use_cassette(str(path), record_mode="none"):
        replayed = requests.post(f"{provider.url}/x", data=body, timeout=30).content
    (exchange,) = read_cassette(path)
    assert [replayed, exchange.request.body, exchange.response.body] == [body.encode()] * 3


def test_a_changed_member_changes_one_line_of_the_cassette(tmp_path: Path, provider: Provider) -> None:
    lines = []
    for name in ("Ada", "Grace"):
        provider.json(
            "/x", {"id": 7, "name": name, "email": "ada@example.com", "city": "London", "born": 1815}
        )
        with use_cassette(tmp_path / f"{name}.yaml", mode=RecordMode.ALL):
            requests.get(f"{provider.url}/x", timeout=30)
        text = (tmp_path / f"{name}.yaml").read_text("utf-8")
        lines.append(
            [line for line in text.splitlines() if not line.strip().startswith(("Date", "- '", "- "))]
        )
    differing = [pair for pair in zip(*lines, strict=True) if pair[0] != pair[1]]
    assert [(one.strip(), other.strip()) for one, other in differing] == [
        ('"name": "Ada",', '"name": "Grace",')
    ]


@pytest.mark.parametrize("item", ['{"id": 1, "it\'s": "  a  "}', '{"ä":"\\n\\"x\\""}', '{"tab": "\t"}'])
def test_a_body_of_megabytes_stays_on_one_line_and_is_the_same_text(item: str) -> None:
    text = f"[{', '.join([item] * (2**21 // len(item)))}]"
    bodies = BodyPlaceholders()
    document = bodies.fill(yamlserializer.serialize({"body": bodies.for_text(text)}))
    assert yamlserializer.deserialize(document)["body"] == text
    if "\t" not in text:
        assert document.count("\n") == 1
        assert parse_fast(document)["body"] == text
