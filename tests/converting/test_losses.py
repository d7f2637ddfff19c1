"""`pactape convert` says what the written format can't hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.converting.cassette_writer import write_cassette
from pactape.converting.convert import convert
from pactape.converting.ndjson_writer import write_ndjson
from pactape.exchange import Provenance, ProviderState, RecordedMessage

from tests.converting.helpers.exchanges import exchange
from tests.helpers.commands import run_command

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.exchange import Exchange

TEST = Provenance(test="test_a.py::test_a", description="a")
DECLARING = Provenance(
    test="test_b.py::test_b", description="b", states=(ProviderState(name="a user exists"),)
)


def recorded(folder: Path, *exchanges: Exchange) -> list[Path]:
    """Cassettes of one exchange each."""
    paths = [folder / f"{number}.yaml" for number in range(len(exchanges))]
    for path, one in zip(paths, exchanges, strict=True):
        write_cassette(path, [one], (), scrubber=Scrubber())
    return paths


def made_by(test: Provenance | None, **more: Any) -> Exchange:
    return msgspec.structs.replace(exchange("/users/7"), provenance=test, **more)


@pytest.mark.parametrize(
    ("to", "lost"),
    [
        ("cassette", {}),
        ("ndjson", {"declarations of tests": 1, "fields read": 1}),
        ("har", {"declarations of tests": 1, "fields read": 1, "test names": 1}),
        ("wiremock", {"declarations of tests": 1, "fields read": 1, "test names": 1}),
    ],
)
def test_what_a_format_can_not_hold_is_counted(tmp_path: Path, to: str, lost: dict[str, int]) -> None:
    paths = recorded(tmp_path, made_by(DECLARING, reads=("id",)))
    assert convert(paths, tmp_path / "out", to=to).lost == lost


def test_a_cassette_of_several_tests_loses_what_they_declare(tmp_path: Path) -> None:
    paths = recorded(tmp_path, made_by(TEST), made_by(DECLARING))
    conversion = convert(paths, tmp_path / "out.yaml", to="cassette")
    assert conversion.lost == {"declarations of tests": 1, "test names": 2}


def test_a_time_that_no_header_repeats_is_lost_in_a_cassette(tmp_path: Path) -> None:
    timed = made_by(None, recorded_at=datetime(2026, 1, 31, tzinfo=UTC))
    (tmp_path / "a.ndjson").write_bytes(write_ndjson([timed]))
    assert convert([tmp_path / "a.ndjson"], tmp_path / "a.yaml", to="cassette").lost == {"times": 1}


def test_the_command_says_what_is_left_out(tmp_path: Path) -> None:
    recorded(tmp_path, made_by(TEST))
    done = run_command(tmp_path, "convert", "0.yaml", "a.har")
    said = "skipped, because the format har can't hold it: test names (1 exchange)"
    assert (done.returncode, said in done.stderr) == (0, True), done.stderr


def test_messages_that_only_cassettes_can_hold_end_with_1(tmp_path: Path) -> None:
    message = RecordedMessage(content={"id": 7}, description="an order", provider="orders")
    write_cassette(tmp_path / "a.yaml", [exchange("/")], [message], scrubber=Scrubber())
    done = run_command(tmp_path, "convert", "a.yaml", "a.har")
    assert (done.returncode, "skipped: 1 message: only cassettes can hold them" in done.stderr) == (1, True)
