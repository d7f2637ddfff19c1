"""README and tutorial, command by command, in a fresh folder, with the wheel and no settings."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import sys
import threading
import time
import venv
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial" / "first-contract.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECONDS = 120
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADA = {"id": 7, "name": "Ada Lovelace", "email": "ada@example.com"}


class Api:
    """The API that README and tutorial call."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.user: dict[str, Any] = dict(ADA)


@pytest.fixture(name="api")
def running_api() -> Iterator[Api]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(running.user).encode()
            self.send_response(200 if self.path == "/users/7" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Api(f"http://localhost:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield running
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel, and the libraries that are installed already."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=SECONDS)
    (wheel,) = folder.glob("pactape-[0-9]*.whl")
    environment = folder / "env"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=SECONDS)
    (own,) = (environment / "lib").glob("python*/site-packages")
    (own / "installed.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    script = f"#!{python}\nimport sys, pytest\nsys.exit(pytest.main())\n"
    for name, text in (("pytest", script), ("pact", None)):
        target = environment / "bin" / name
        if text is not None:
            target.write_text(text, encoding="utf-8")
            target.chmod(0o755)
        else:
            target.symlink_to(Path(sys.executable).with_name("pact"))
    return environment / "bin"


class Shell:
    """Runs the commands of a page in a folder, with its addresses replaced by those of this machine."""

    def __init__(self, folder: Path, programs: Path, api: Api) -> None:
        self.folder = folder
        self._api = api
        self._port = _free_port()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PACT")},
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "XDG_DATA_HOME": str(folder.parent / "data"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "-p pactape.plugin -p no:cacheprovider",
        }
        self._background: list[subprocess.Popen[bytes]] = []

    def local(self, text: str) -> str:
        """A page's text with the addresses of this machine."""
        name = self._api.url.removeprefix("http://").replace(":", "-")
        pairs = (
            ("https://api.example.com", self._api.url),
            ("http://127.0.0.1:8000", self._api.url),
            ("127.0.0.1:9292", f"127.0.0.1:{self._port}"),
            ("api.example.com", name),
        )
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    def run(self, block: str) -> None:
        """Run the commands of a console block; what each prints is what stands below it, where something does."""
        for part in re.split(r"^\$ ", self.local(block), flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            output = self.output_of(command)
            if expected.strip():
                assert output.splitlines() == expected.splitlines(), f"$ {command}\n{output}"

    def output_of(self, command: str) -> str:
        """Run a command, and return what it prints."""
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self._environment[name] = value
            return ""
        if command.endswith("&"):
            self._serve(f"{command.removesuffix('&')} --port {self._port}")
            return ""
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607 -- as a reader runs it
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode in {0, 1}, f"$ {command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self, command: str) -> None:
        self._background.append(
            subprocess.Popen(
                ["bash", "-c", f"exec {command}"],  # noqa: S607 -- as a reader runs it
                cwd=self.folder,
                env=self._environment,
                stdout=subprocess.DEVNULL,
            )
        )
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with suppress(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{self._port}/", timeout=5)
                return
            time.sleep(0.1)

    def close(self) -> None:
        """End what runs in the background."""
        for process in self._background:
            process.terminate()
            process.wait(SECONDS)


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


@pytest.fixture
def shell(tmp_path: Path, programs: Path, api: Api) -> Iterator[Shell]:
    folder = tmp_path / "your-project"
    folder.mkdir()
    shell = Shell(folder, programs, api)
    yield shell
    shell.close()


def section(page: str, title: str) -> list[tuple[str, str]]:
    """The code blocks of a section, each with its language."""
    body = re.split(r"^## ", page.partition(f"## {title}")[2], flags=re.MULTILINE)[0]
    return BLOCK.findall(body)


@pytest.mark.long
def test_the_first_contract_of_the_readme(shell: Shell) -> None:
    for language, text in section(README, "Your first contract"):
        if language == "python":
            (shell.folder / "test_users.py").write_text(shell.local(text), encoding="utf-8")
        else:
            shell.run(text)
    assert [path.name for path in (shell.folder / "pacts").iterdir()] == [
        shell.local("your-project-api.example.com.json")
    ]


@pytest.mark.long
def test_the_tutorial_from_the_recording_to_can_i_deploy(shell: Shell, api: Api) -> None:
    for title in ("1. Record", "2. Replay", "3. Derive", "4. Verify", "5. Break", "6. Share"):
        api.user = (
            {"id": 7, "full_name": "Ada Lovelace", "email": "ada@example.com"}
            if title[0] == "5"
            else dict(ADA)
        )
        for language, text in section(TUTORIAL, title):
            if language == "console":
                shell.run(text)
            else:
                name = "test_users.py" if title[0] == "1" else "provider_states.py"
                (shell.folder / name).write_text(shell.local(text), encoding="utf-8")
    deployable = shell.output_of("pactape can-i-deploy --version 1 --to-environment production; echo $?")
    assert deployable.splitlines()[-1] == "0"
