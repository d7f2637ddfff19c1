"""Cassettes over HTTP: what is answered, in which order, and what is said to the rest."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3
from pactape.errors import BadInputError, CassetteFormatError, OutputError
from pactape.replaying import Recordings, ReplayServer, replaying
from pactape.replaying.cors import page_origin
from pactape.serving import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUERY = "query GetUser($id: ID!) { user(id: $id) { id name } }"


def interaction(method: str, url: str, answer: Any, *, body: Any = None, status: int = 200) -> dict[str, Any]:
    return {
        "request": {
            "method": method,
            "uri": url,
            "headers": {"Authorization": ["Bearer scrubbed"], "Content-Type": ["application/json"]},
            "body": None if body is None else json.dumps(body),
        },
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": {
                "Content-Type": ["application/json"],
                "Transfer-Encoding": ["chunked"],
                "X-Kept": ["yes"],
            },
            "body": {"string": json.dumps(answer)},
        },
    }


def cassette(folder: Path, *interactions: dict[str, Any], name: str = "users.json") -> Path:
    path = folder / name
    path.write_text(json.dumps({"interactions": interactions, "version": 1}), encoding="utf-8")
    return path


@pytest.fixture
def users(tmp_path: Path) -> Iterator[str]:
    path = cassette(
        tmp_path,
        interaction("GET", "https://users.test/v1/users/7", {"id": 7}),
        interaction("GET", "https://users.test/v1/users/7", {"id": 7, "name": "Ada"}),
        interaction("GET", "https://users.test/v1/users?page=2&size=5", {"page": 2}),
        interaction(
            "POST", "https://users.test/v1/users", {"id": 8}, body={"name": "Ada", "age": 3}, status=201
        ),
        interaction(
            "POST",
            "https://users.test/graphql",
            {"data": {}},
            body={"query": QUERY, "variables": {"id": "1"}, "operationName": "GetUser"},
        ),
    )
    with replaying([path]) as url:
        yield url


def test_a_recorded_answer_is_given_whole_but_for_headers_of_the_connection(users: str) -> None:
    answer = requests.post(f"{users}/v1/users", json={"age": 3, "name": "Ada"}, timeout=30)
    assert (answer.status_code, answer.json(), answer.headers["X-Kept"]) == (201, {"id": 8}, "yes")
    assert "Transfer-Encoding" not in answer.headers


def test_equal_requests_get_their_answers_in_order_and_then_the_last_again(users: str) -> None:
    users_read = [requests.get(f"{users}/v1/users/7", timeout=30).json() for _ in range(3)]
    assert users_read == [{"id": 7}, {"id": 7, "name": "Ada"}, {"id": 7, "name": "Ada"}]


def test_a_query_is_matched_whatever_its_order(users: str) -> None:
    assert requests.get(f"{users}/v1/users?size=5&page=2", timeout=30).json() == {"page": 2}


def test_graphql_is_matched_by_its_meaning(users: str) -> None:
    spaced = {"operationName": "GetUser", "variables": {"id": "1"}, "query": QUERY.replace(" ", "\n ")}
    assert requests.post(f"{users}/graphql", json=spaced, timeout=30).json() == {"data": {}}


def test_other_credentials_than_the_recorded_ones_will_do(users: str) -> None:
    headers = {"Authorization": "Bearer another"}
    assert requests.get(f"{users}/v1/users/7", headers=headers, timeout=30).status_code == 200


def test_what_is_not_recorded_gets_a_problem_that_names_the_nearest(users: str) -> None:
    answer = requests.get(f"{users}/v1/users/8", timeout=30)
    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"], problem["type"]) == (
        404,
        "application/problem+json",
        "urn:pactape:no-match",
    )
    assert "the path differs: '/v1/users/8', recorded '/v1/users/7'" in problem["nearest"][0]


def test_a_secret_of_a_request_without_an_answer_is_not_repeated(users: str) -> None:
    answer = requests.get(f"{users}/v1/users/7?api_key=q8Zr1LmX0vTy7PbK", timeout=30)
    assert (answer.status_code, "q8Zr1LmX0vTy7PbK" in answer.text) == (404, False)


def test_below_a_base_url_paths_start_after_it(tmp_path: Path) -> None:
    path = cassette(
        tmp_path,
        interaction("GET", "https://users.test/v1/users/7", {"v": 1}),
        interaction("GET", "https://users.test/v10/users/7", {"v": 10}),
    )
    with replaying([path], base_url="https://users.test/v1/") as url:
        assert requests.get(f"{url}/users/7", timeout=30).json() == {"v": 1}


def test_a_request_that_names_a_recorded_host_is_answered_by_that_host_alone(tmp_path: Path) -> None:
    path = cassette(
        tmp_path,
        interaction("GET", "http://users.test/health", {"of": "users"}),
        interaction("GET", "http://orders.test/health", {"of": "orders"}),
    )
    with replaying([path]) as url:
        found = [
            requests.get(f"{url}/health", headers={"Host": host}, timeout=30).json()["of"]
            for host in ("orders.test", "users.test", "else.test")
        ]
    assert found == ["orders", "users", "users"]


def test_cassettes_without_an_interaction_below_the_base_url_are_refused(tmp_path: Path) -> None:
    path = cassette(tmp_path, interaction("GET", "http://users.test/health", {}))
    with pytest.raises(CassetteFormatError, match=r"no interaction was recorded below http://orders\.test"):
        Recordings([path], base_url="http://orders.test")


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    recordings = Recordings([cassette(tmp_path, interaction("GET", "http://users.test/health", {}))])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OutputError, match=f"127.0.0.1:{port}: can't listen there"):
            ReplayServer(recordings, port=port)


@contextmanager
def command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pactape", "replay-server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_command_serves_a_folder_until_it_is_stopped(tmp_path: Path) -> None:
    cassette(tmp_path, interaction("GET", "http://users.test/health", {"up": True}))
    with command(str(tmp_path), "--port", "0") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        answer = requests.get(f"{first.split()[-1]}/health", timeout=30).json()
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)
    assert first.startswith("Replaying 1 interaction of http://users.test at http://127.0.0.1:")
    assert (answer, rest, process.returncode) == ({"up": True}, "Replay stopped\n", 0)


def test_a_file_that_is_named_twice_is_served_once(tmp_path: Path) -> None:
    path = cassette(tmp_path, interaction("GET", "http://users.test/health", {"up": True}))
    with command(str(path), str(tmp_path), str(path), "--port", "0") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Replaying 1 interaction of")


def test_an_origin_that_no_browser_sends_is_refused() -> None:
    assert page_origin("http://Localhost:3000/") == "http://localhost:3000"
    for text in ("localhost:3000", "http://a.test/app", ""):
        with pytest.raises(BadInputError, match="is not the origin of a page"):
            page_origin(text)


def test_a_method_in_lower_case_is_found(users: str) -> None:
    target = f"{users}/v1/users"
    with urllib3.PoolManager() as pool:
        body = json.dumps({"name": "Ada", "age": 3})
        headers = {"Content-Type": "application/json"}
        assert pool.urlopen("post", target, body=body, headers=headers, timeout=10).status == 201


def test_the_command_exits_with_2_for_a_file_that_is_not_a_cassette(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("- [", encoding="utf-8")
    with command(str(tmp_path / "broken.yaml")) as process:
        _, log = process.communicate(timeout=30)
    assert (process.returncode, "broken.yaml" in log, "Traceback" in log) == (2, True, False)


def test_pages_of_the_named_origin_may_use_the_server(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Access-Control-Allow-Origin": ["https://recorded.example.com"]},
        "body": {"string": "up"},
    }
    request: dict[str, Any] = {"method": "GET", "uri": "http://a.test/health", "headers": {}, "body": None}
    path.write_text(json.dumps({"interactions": [{"request": request, "response": answer}], "version": 1}))
    with running(ReplayServer(Recordings([path]), cors="http://localhost:3000")) as server:
        origin = {"Origin": "http://localhost:3000"}
        cors_headers = {
            **origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "x-a",
        }
        preflight = requests.options(f"{server.url}/health", headers=cors_headers, timeout=10)
        allowed = requests.get(f"{server.url}/health", headers=origin, timeout=10)
        other = requests.get(f"{server.url}/health", headers={"Origin": "http://other.test"}, timeout=10)
    name = "Access-Control-Allow-Origin"
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Headers"]) == (204, "x-a")
    assert (allowed.headers[name], allowed.text, name in other.headers) == (
        "http://localhost:3000",
        "up",
        False,
    )


def stubs(folder: Path) -> Path:
    """A file of WireMock, which records no host, with a stub and a pattern."""
    path = folder / "stubs.json"
    stub = {"request": {"method": "GET", "url": "/v1/a"}, "response": {"status": 200, "body": "x"}}
    pattern = {"request": {"method": "GET", "urlPattern": "/.*"}, "response": {"status": 404}}
    path.write_text(json.dumps({"mappings": [stub, pattern]}), encoding="utf-8")
    return path


def test_a_recording_without_a_host_is_served_below_the_base_url(tmp_path: Path) -> None:
    with replaying([stubs(tmp_path)], base_url="https://api.test/v1") as url:
        assert requests.get(f"{url}/a", timeout=10).text == "x"


def test_entries_that_are_not_served_are_listed_with_the_reason(tmp_path: Path) -> None:
    (skipped,) = Recordings([stubs(tmp_path)], base_url="https://api.test/v1").skipped
    assert skipped.endswith("stubs.json: mappings[1]: matches a pattern of URLs, not one value")


def test_recordings_of_which_every_entry_is_skipped_say_why(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match=r"mappings\[0\]: has a path but no host: pass --base-url"):
        Recordings([stubs(tmp_path)])
