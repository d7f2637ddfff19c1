"""`python -m storefront`: serving in the foreground, and what it refuses."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]
ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "storefront", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_stops_gracefully(number: signal.Signals) -> None:
    with start("--port", "0") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[2]
        health = requests.get(f"{url}/health", timeout=10).json()
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
    assert (health, process.returncode, output.splitlines()[-1]) == ({"status": "up"}, 0, "stopped")


@pytest.mark.long
def test_a_port_in_use_is_one_clear_error() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with start("--port", str(port)) as process:
            _, output = process.communicate(timeout=30)
    assert (process.returncode, output.strip()) == (
        2,
        (
            f"storefront: 127.0.0.1:{port}: can't listen there (Address already in use). "
            "Fix: choose another port (0 takes any free one), or stop what uses this one."
        ),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--prot", "1"), "No such option '--prot'"),
        (("--port", "many"), "Invalid value for '--port'"),
        (("--port", "70000"), "Invalid value for '--port'"),
        (("more",), "Got unexpected extra argument (more)"),
    ],
)
def test_options_that_cannot_be_used_are_one_clear_error(arguments: tuple[str, ...], message: str) -> None:
    with start(*arguments) as process:
        _, output = process.communicate(timeout=30)
    assert (process.returncode, len(output.splitlines()), message in output, "--help" in output) == (
        2,
        1,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://127.0.0.1:1/none", "no server responds"),
        pytest.param("mysql://localhost/x", "it is a URL of mysql", marks=pytest.mark.long),
    ],
)
def test_a_database_that_cannot_be_used_is_one_clear_error(url: str, message: str) -> None:
    with start("--port", "0", STOREFRONT_DATABASE_URL=url) as process:
        _, output = process.communicate(timeout=30)
    outcome = (
        process.returncode,
        len(output.splitlines()),
        output.startswith(f"storefront: STOREFRONT_DATABASE_URL: {message}"),
    )
    assert outcome == (2, 1, True)


@pytest.mark.long
def test_a_bus_of_an_unknown_kind_is_one_clear_error() -> None:
    with start("--port", "0", "--events-bus", "nonsense://ann:s3cret@x") as process:
        _, output = process.communicate(timeout=30)
    outcome = (
        process.returncode,
        len(output.splitlines()),
        "unknown scheme 'nonsense'" in output,
        "s3cret" in output,
    )
    assert outcome == (2, 1, True, False)


@pytest.mark.long
def test_its_output_is_enough_to_get_a_token_and_set_up_states() -> None:
    with start("--port", "0") as process:
        assert process.stdout is not None
        output = "".join(process.stdout.readline() for _ in range(4))
        found_at = re.search(
            r"users API: (\S+) .* curl -u ([^:]+):(\S+) .* STOREFRONT_STATES_DATABASE_URL='(.+)'",
            output,
            re.DOTALL,
        )
        assert found_at is not None
        url, client, secret, states = found_at.groups()
        token = requests.post(
            f"{url}/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, secret), timeout=10
        ).json()["access_token"]
        subprocess.run(
            [
                sys.executable,
                "-c",
                "from storefront.users.states import a_user_exists; a_user_exists(id='" + ADA + "')",
            ],
            cwd=ROOT,
            env={**os.environ, "STOREFRONT_STATES_DATABASE_URL": states},
            check=True,
        )
        response = requests.get(
            f"{url}/users/{ADA}", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert response.json()["id"] == ADA


@pytest.mark.long
def test_it_serves_all_services_and_stops_with_all_of_them() -> None:
    with start("--port", "0") as process:
        assert process.stdout is not None
        output = "".join(iter(process.stdout.readline, "all services are up\n"))
        urls = dict(re.findall(r"^(\w+): (http\S+)$", output, re.MULTILINE))
        health = {name: requests.get(f"{url}/health", timeout=10).json() for name, url in urls.items()}
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    names = ("inventory", "payments", "shipping", "notifications", "orders")
    assert (health, process.returncode) == ({name: {"status": "up"} for name in names}, 0)
