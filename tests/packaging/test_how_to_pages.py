"""The how-to pages, command by command, in a project that fits each, with the wheel.

A block that is not run says so, and why, in a comment before it: `<!-- not run: needs … -->`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.packaging.helpers.shell import as_printed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.packaging.helpers.shell import Shell

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
BLOCK = re.compile(
    r"^(?P<mark><!-- not run: .* -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)
SETTINGS = """
[project]
name = "web"
[tool.pactape.providers.users]
url = "https://api.example.com"
messages = "users.events:MESSAGES"
"""
TEST = """
import pytest, requests

@pytest.mark.cassette
def test_reads_a_user():
    assert requests.get("https://api.example.com/users/7", timeout=30).json()["name"]
"""
DETAILS = """
import pytest, requests

@pytest.mark.cassette
def test_reads_the_details_of_a_user():
    assert requests.get("https://api.example.com/users/7", timeout=30).json()["email"]
"""
CLIENT = """import requests

URL = "https://api.example.com"


def create_user(name):
    requests.post(f"{URL}/users", json={"name": name}, timeout=30)
"""
RECEIVES = """
import pytest

@pytest.mark.cassette
def test_welcomes(receive_message):
    message = receive_message("a user was created", provider="users", live=lambda: {"id": 7})
    assert message.content["id"] == 7
"""
APP = """
import json

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"id": 7, "name": "Ada Lovelace"}).encode()]
"""
EVENTS = """
MESSAGES = {"a user was created": lambda: {"id": 7}, "a user has come": lambda: {"id": 1}}
"""
VOLATILE = """
import time, uuid, pytest, requests

@pytest.mark.cassette
def test_pays():
    requests.post("https://api.example.com/payments", json={"id": str(uuid.uuid4())}, timeout=30)

@pytest.mark.cassette
def test_reads_rates():
    requests.get(f"https://api.example.com/rates?ts={int(time.time())}", timeout=30)
"""
OLD_TEST = """
import pytest, requests

@pytest.fixture(scope="module")
def vcr_config():
    return {"filter_query_parameters": ["api_key"]}

@pytest.mark.vcr
def test_gets():
    headers = {"Authorization": "Bearer invented"}
    assert requests.get("https://api.example.com/users/7", headers=headers, timeout=30).json()["name"]
"""
OLD_ORDERS = """
import pytest, requests


ORDERS = "https://api.example.com/orders"


@pytest.mark.vcr(match_on=["uri"])
def test_lists_orders():
    requests.get(ORDERS, timeout=30)
"""
OLD_CASSETTE = """
interactions:
- request:
    body: null
    headers: {Authorization: [Bearer invented]}
    method: GET
    uri: https://api.example.com/users/7
  response:
    body: {string: '{"id": 7, "name": "Ada Lovelace"}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""


def write(shell: Shell, name: str, text: str) -> None:
    path = shell.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shell.local(text), encoding="utf-8")


def project(shell: Shell) -> None:
    """A consumer with a recording and a contract, beside its provider."""
    write(shell, "pyproject.toml", SETTINGS)
    write(shell, "tests/test_users.py", TEST)
    write(shell, "users/__init__.py", "")
    write(shell, "users/app.py", APP)
    write(shell, "users/events.py", EVENTS)
    write(shell, ".gitignore", ".pactape/\n__pycache__/\n")
    shell.output_of("pytest -q tests --pactape-record once")
    shell.output_of("pactape derive")
    commit(shell)


def recorded(shell: Shell) -> None:
    """A consumer with two recordings and no contract yet."""
    write(shell, "pyproject.toml", SETTINGS)
    write(shell, "tests/test_users.py", TEST)
    write(shell, "tests/test_details.py", DETAILS)
    shell.output_of("pytest -q tests --pactape-record once")


def with_a_client(shell: Shell) -> None:
    """A project that has verified its contract, and whose code has a call that no test records."""
    project(shell)
    write(shell, "pyproject.toml", f'{SETTINGS}\n[tool.pactape]\nclients = ["shop/users.py"]\n')
    write(shell, "shop/users.py", CLIENT)
    shell.output_of(shell.local("pactape verify --provider users --url http://127.0.0.1:8000"))


def with_a_changed_provider(shell: Shell) -> None:
    """A project whose provider has renamed a field since the recording."""
    write(shell, "pyproject.toml", SETTINGS)
    write(shell, "tests/test_users.py", TEST.replace('json()["name"]', 'json().get("email") != ""'))
    shell.output_of("pytest -q tests --pactape-record once")
    shell.api.user = {"id": 7, "name": "Ada Lovelace", "mail": "ada@example.com"}


def commit(shell: Shell) -> None:
    author = "-c user.name=a -c user.email=a@example.com"
    shell.output_of(f"git init -q . && git add -A && git {author} commit -q -m first")


def with_messages(shell: Shell) -> None:
    project(shell)
    write(shell, "tests/test_messages.py", RECEIVES)


def with_contracts_of_both(shell: Shell) -> None:
    with_messages(shell)
    shell.output_of("pytest -q tests/test_messages.py --pactape-record once")
    shell.output_of("pactape derive")


def only_messages(shell: Shell) -> None:
    with_messages(shell)
    for path in (*(shell.folder / "cassettes").iterdir(), *(shell.folder / "pacts").iterdir()):
        path.unlink()
    (shell.folder / "tests" / "test_users.py").unlink()


def with_a_broker(shell: Shell) -> None:
    project(shell)
    shell.output_of("pactape broker")
    shell.output_of(shell.local("export PACT_BROKER_BASE_URL=http://127.0.0.1:9292"))


def with_webhooks(shell: Shell) -> None:
    with_a_broker(shell)
    shell.output_of("pactape broker --webhook-host ci.example.com")


def published(shell: Shell) -> None:
    with_a_broker(shell)
    shell.output_of("export TOKEN=secret")
    shell.output_of("pactape publish --branch main")
    text = next((shell.folder / "pacts").glob("web-*.json")).read_text(encoding="utf-8")
    document = json.loads(text)
    document["provider"]["name"] = "orders"
    write(shell, "pacts/web-orders.json", json.dumps(document))


def with_old_tests(shell: Shell) -> None:
    write(shell, "pyproject.toml", SETTINGS)
    write(shell, "tests/test_users.py", OLD_TEST)
    write(shell, "tests/test_orders.py", OLD_ORDERS)
    write(shell, "tests/cassettes/test_users/test_gets.yaml", OLD_CASSETTE)
    commit(shell)


def with_har_files(shell: Shell) -> None:
    recorded(shell)
    for name in ("checkout", "support-ticket"):
        shell.output_of(f"pactape convert cassettes/*.yaml {name}.har")


def with_two_recordings(shell: Shell) -> None:
    write(shell, "pyproject.toml", SETTINGS)
    write(shell, "tests/test_payments.py", VOLATILE)
    write(
        shell,
        "test_unittest.py",
        "import pactape, unittest\n\n@pactape.use_cassette\nclass TestUsers"
        "(unittest.TestCase):\n    def test_gets(self) -> None: ...\n",
    )


def with_secrets(shell: Shell) -> None:
    for folder in ("srv/pact", "backup", "run/secrets"):
        (shell.folder / folder).mkdir(parents=True)
    write(shell, "run/secrets/ci-token", "a-token-for-ci-that-is-long-enough")
    write(shell, "run/secrets/read-token", "a-token-for-reading-that-is-long-enough")


#: The pages whose commands are run, each with what it takes for granted.
SETUPS: dict[str, Callable[[Shell], None]] = {
    "check-in-ci": with_a_client,
    "derive-at-scale": project,
    "derive-contracts": recorded,
    "messages": only_messages,
    "move-from-pytest-recording": with_old_tests,
    "notice-drift": with_a_changed_provider,
    "publish-and-deploy": with_webhooks,
    "record-and-replay": with_two_recordings,
    "record-other-clients": lambda _: None,
    "replay-over-http": project,
    "run-a-broker": with_secrets,
    "use-other-recorders": with_har_files,
    "verify-a-provider": published,
    "verify-in-process": with_contracts_of_both,
}


def blocks(page: str) -> list[re.Match[str]]:
    return [*BLOCK.finditer((PAGES / f"{page}.md").read_text(encoding="utf-8"))]


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    silent = {
        path.stem
        for path in PAGES.glob("*.md")
        for block in blocks(path.stem)
        if block["language"] == "console" and not block["mark"] and path.stem not in SETUPS
    }
    assert silent == set()


@pytest.mark.long
@pytest.mark.parametrize("page", SETUPS)
def test_the_commands_of_a_how_to_page_run(page: str, shell: Shell) -> None:
    SETUPS[page](shell)
    for block in blocks(page):
        if block["language"] == "javascript" and page == "record-other-clients":
            write(shell, "users.test.mjs", block["text"])
        if block["language"] != "console" or block["mark"]:
            continue
        for command, expected in shell.commands(block["text"]):
            output = shell.output_of(command)
            if expected.strip():
                assert is_shown(command, output, expected), f"$ {command}\n{output}"


def is_shown(command: str, output: str, expected: str) -> bool:
    """Whether a page shows what a command prints: every line, and of pytest's those of the tests.

    A line of the page that ends with … is the beginning of one.
    """
    lines = as_printed(output)
    printed = [line for line in lines if "::" in line] if command.startswith("pytest") else lines
    shown = as_printed(expected)
    return len(printed) == len(shown) and all(
        one.startswith(page.removesuffix("…")) if page.endswith("…") else one == page
        for one, page in zip(printed, shown, strict=True)
    )
