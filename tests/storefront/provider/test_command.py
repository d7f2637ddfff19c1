"""`python -m storefront`: serving in the foreground, and what it refuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "storefront", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop_and_stops_gracefully(number: signal.Signals) -> None:
    with start("--port", "0") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        health = requests.get(f"{url}/health", timeout=10).json()
        process.send_signal(number)
        told, _ = process.communicate(timeout=30)
    assert (health, process.returncode, told.splitlines()[-1]) == ({"status": "up"}, 0, "stopped")


def test_a_port_in_use_is_one_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            _, told = process.communicate(timeout=30)
    assert (process.returncode, told.strip()) == (
        2,
        (
            f"storefront: 127.0.0.1:{port}: can't listen there (Address already in use). "
            "To mend it: choose another port, or stop what uses this one."
        ),
    )


def test_an_unknown_option_is_refused() -> None:
    with start("--prot", "1") as process:
        _, told = process.communicate(timeout=30)
    assert (process.returncode, "Did you mean one of: '--host', '--port'?" in told) == (2, True)
