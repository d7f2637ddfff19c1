"""Cassettes are locked while they are written, also where the user has no home."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.announcements import Announcement, announced_for, announcing
from pactape.cassettes.format.locking import locked
from pactape.cassettes.maintenance.expiry import recorded_at
from pactape.exchange import Call, Exchange, Request, Response

if TYPE_CHECKING:
    from pathlib import Path

WRITING = """
import sys
from pathlib import Path
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.writing import replace_cassette
from pactape.cassettes.scrubbing.scrubber import Scrubber
replace_cassette(Path(sys.argv[1]), [], metadata=CassetteMetadata(), scrubber=Scrubber())
"""


UNKNOWN_USER = "import pwd\npwd.getpwuid = lambda user: {}[user]\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no user database")
def test_a_cassette_is_written_where_the_user_has_no_home_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", UNKNOWN_USER + WRITING, str(tmp_path / "c.yaml")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, (tmp_path / "c.yaml").is_file()) == (0, True), result.stderr


LOCKING = """
import sys
from pathlib import Path
from pactape.cassettes.format.locking import locked
with locked(Path(sys.argv[1]), seconds=0):
    pass
"""


def test_a_process_with_another_home_folder_has_the_same_locks(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", LOCKING, str(tmp_path / "c.yaml")]
    with locked(tmp_path / "c.yaml"):
        result = subprocess.run(
            command, env={**os.environ, **home}, capture_output=True, text=True, check=False
        )
    assert "is locked by another process" in result.stderr


def test_a_call_is_announced_for_the_requests_inside_its_context_only() -> None:
    call = Call(operation="GET /users/{id}")
    with announcing(Announcement(method="GET", path="/users/{id}", call=call)):
        assert announced_for("GET", "http://a.test/users/7") == call
        assert announced_for("POST", "http://a.test/users/7") is None
    assert announced_for("GET", "http://a.test/users/7") is None


def _exchange(*headers: tuple[str, str]) -> Exchange:
    request = Request(method="GET", url="http://a.test/")
    return Exchange(request=request, response=Response(status=200, headers=headers), cassette="", index=0)


def test_a_recording_is_as_old_as_its_date_header_says() -> None:
    moment = recorded_at(_exchange(("X-A", "1"), ("Date", "Mon, 01 Jan 2001 00:00:00 GMT")))
    assert moment == datetime(2001, 1, 1, tzinfo=UTC)
    assert recorded_at(_exchange(("Date", "yesterday"))) is None
    assert recorded_at(_exchange()) is None
