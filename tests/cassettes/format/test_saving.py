"""Saving: all or nothing, and nobody's interactions lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.writing import RecordedInteraction, extend_cassette, replace_cassette
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.errors import CassetteFormatError, OutputError
from vcr.request import Request as VcrRequest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider


def takes(count: int, text: str = "text") -> list[RecordedInteraction]:
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": text.encode()}}
    return [
        RecordedInteraction(request=VcrRequest("GET", f"http://a.test/{number}", None, {}), response=answer)
        for number in range(count)
    ]


@pytest.mark.long
def test_four_processes_with_ten_interactions_each_leave_forty(tmp_path: Path, provider: Provider) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        import requests
        from pactape.cassettes import RecordMode, use_cassette
        url, me, path = sys.argv[1:]
        with use_cassette(Path(path), mode=RecordMode.NEW_EPISODES):
            for number in range(10):
                requests.get(f"{url}/{me}/{number}", timeout=5)
    """)
    path = tmp_path / "cassette.yaml"
    commands = [[sys.executable, "-c", script, provider.url, str(me), str(path)] for me in range(4)]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    assert len({exchange.request.url for exchange in read_cassette(path)}) == 40


def test_two_recordings_at_once_are_both_kept(tmp_path: Path, provider: Provider) -> None:
    import requests  # noqa: PLC0415 -- the others need no client

    path = tmp_path / "cassette.yaml"
    with use_cassette(path, mode=RecordMode.NEW_EPISODES):
        with use_cassette(path, mode=RecordMode.NEW_EPISODES):
            requests.get(f"{provider.url}/inner", timeout=5)
        requests.get(f"{provider.url}/outer", timeout=5)
    urls = [exchange.request.url for exchange in read_cassette(path)]
    assert urls == [f"{provider.url}/inner", f"{provider.url}/outer"]


def test_a_cassette_that_became_unreadable_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "cassette.yaml"
    path.write_text("interactions: [")
    with pytest.raises(CassetteFormatError):
        extend_cassette(path, takes(1), metadata=CassetteMetadata(), scrubber=Scrubber())
    assert path.read_text() == "interactions: ["


def test_a_folder_that_cannot_be_made_leaves_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="can't be written"):
        replace_cassette(
            tmp_path / "file" / "cassette.yaml", takes(1), metadata=CassetteMetadata(), scrubber=Scrubber()
        )


def test_no_other_file_is_left_in_the_folder(tmp_path: Path) -> None:
    replace_cassette(tmp_path / "cassette.yaml", takes(1), metadata=CassetteMetadata(), scrubber=Scrubber())
    assert [path.name for path in tmp_path.iterdir()] == ["cassette.yaml"]


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the test forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_hundred_kills_leave_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "cassette.yaml"
    sizes = {20, 21}
    replace_cassette(path, takes(20), metadata=CassetteMetadata(), scrubber=Scrubber())
    for number in range(200):
        child = os.fork()
        if child == 0:
            while True:
                for size in sizes:
                    replace_cassette(path, takes(size), metadata=CassetteMetadata(), scrubber=Scrubber())
        time.sleep(0.005 + number % 40 * 0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert len(read_cassette(path)) in sizes
