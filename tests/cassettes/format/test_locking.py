"""Cassettes are locked while they are written, also where the user has no home."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pactape.cassettes.announcements import Announcement, announced_for, announcing
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


def test_a_cassette_is_written_where_the_home_folder_can_not_be(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    home = {"HOME": str(blocked), "XDG_CACHE_HOME": str(blocked / "cache")}
    command = [sys.executable, "-c", WRITING, str(tmp_path / "c.yaml")]
    result = subprocess.run(command, env={**os.environ, **home}, capture_output=True, text=True, check=False)
    assert (result.returncode, (tmp_path / "c.yaml").is_file()) == (0, True), result.stderr


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
