"""The embedded PostgreSQL server: shared by processes, gone with the last, and none the worse for a killed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from pactape.errors import BadInputError

from storefront import embedded_postgresql as embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
#: Uses the server until its standard input ends, and says which databases there are.
USER = """
import sys, psycopg
from storefront.database import server_url, temporary_database
with temporary_database() as own:
    with psycopg.connect(server_url().set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'storefront%'").fetchall()
    print(own.engine.url.database, sorted(row[0] for row in rows), sep="|", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for a server of the test's own: a short path, and nobody else's."""
    with tempfile.TemporaryDirectory(prefix="sf-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class User:
    """A process that uses the server that has its place in `folder`."""

    def __init__(self, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "STOREFRONT_DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", USER],
            cwd=ROOT,
            env={**environment, "TMPDIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def databases(self) -> tuple[str, list[str]]:
        """Its own database, and all temporary ones, as it saw them."""
        assert self.process.stdout is not None
        own, _, names = self.process.stdout.readline().strip().partition("|")
        return own, names.strip("[]").replace("'", "").split(", ")

    def leave(self) -> int:
        self.process.communicate("", timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


def servers(folder: Path) -> list[int]:
    """The servers below `folder`: the processes that have it as an argument."""
    processes = psutil.process_iter(["name", "cmdline"])
    return [
        process.pid
        for process in processes
        if "-D" in (line := process.info["cmdline"] or []) and _below(line, folder)
    ]


def _below(line: list[str], folder: Path) -> bool:
    return any(argument.startswith(str(folder)) for argument in line)


@pytest.mark.long
def test_processes_share_a_server_and_leave_each_other_s_databases_alone(folder: Path) -> None:
    at_once = [User(folder), User(folder)]
    own = [user.databases()[0] for user in at_once]
    later = User(folder)
    last, names = later.databases()
    running = len(servers(folder))
    exit_codes = [user.leave() for user in (*at_once, later)]
    assert (names, running, exit_codes) == (sorted([*own, last]), 1, [0, 0, 0])


@pytest.mark.long
def test_the_server_stops_with_the_last_process(folder: Path) -> None:
    user = User(folder)
    user.databases()
    while_used = len(servers(folder))
    user.leave()
    assert (while_used, servers(folder)) == (1, [])


@pytest.mark.long
def test_what_a_killed_process_leaves_is_cleared_away_by_the_next(folder: Path) -> None:
    killed = User(folder)
    leftover, _ = killed.databases()
    killed.kill()
    following = User(folder)
    own, names = following.databases()
    assert (leftover in names, names, following.leave(), servers(folder)) == (False, [own], 0, [])


@pytest.mark.long
def test_the_folder_of_a_deleted_checkout_is_removed_by_the_next_start(folder: Path) -> None:
    abandoned = folder / "storefront-postgresql-deleted"
    abandoned.mkdir()
    (abandoned / "checkout").write_text(str(folder / "deleted"))
    user = User(folder)
    user.databases()
    user.leave()
    assert (abandoned.exists(), len(list(folder.glob("*/checkout")))) == (False, 1)


@pytest.mark.long
def test_a_broken_folder_of_a_server_is_recreated(folder: Path) -> None:
    first = User(folder)
    first.databases()
    first.leave()
    [place] = folder.glob("storefront-postgresql-*[!k]")
    (place / "global" / "pg_control").unlink()
    second = User(folder)
    own, _ = second.databases()
    assert (own.startswith("storefront_"), second.leave()) == (True, 0)


def test_a_server_that_cannot_start_is_one_clear_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = folder / "file"
    blocked.write_text("no folder")
    monkeypatch.setattr(embedded, "_started", [])
    monkeypatch.setattr(embedded, "_folder", lambda: blocked / "server")
    with pytest.raises(
        BadInputError, match=r"the embedded PostgreSQL server doesn't start .* STOREFRONT_DATABASE"
    ):
        embedded.embedded_server_url()
