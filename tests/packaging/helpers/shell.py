"""Test helpers: a shell that runs the commands of a page, with an environment that has the built wheel."""

from __future__ import annotations

import os
import re
import site
import socket
import subprocess
import sys
import time
import venv
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.helpers.apis import json_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.exchange import Response
    from pactape.serving import ReceivedRequest

__all__ = ["ADA", "Shell", "Users", "as_printed", "install_wheel"]

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 120
ADA = {"id": 7, "name": "Ada Lovelace", "email": "ada@example.com"}
#: The commands that serve until they are ended, and their ports.
_SERVER = re.compile(
    r"pactape (broker|replay-server|record)\b(?!.* (?:backup|restore|clean)\b)(?!-)", re.DOTALL
)
#: The commands whose exit code 1 is an answer, and no failure of the page.
_MAY_SAY_NO = re.compile(r"pactape (adopt|drift|can-i-deploy|verify)\b")
#: What differs from run to run in what commands print, by name.
_VOLATILE = {
    "seconds": re.compile(r"\b\d+(\.\d+)? ?s\b"),
    "a time": re.compile(r"(?<=\bts=)\d{10}\b"),
    "a commit": re.compile(r"\b[0-9a-f]{40}\b"),
}
#: How far pytest is, at the end of a line that is wide enough for it.
_PROGRESS = re.compile(r" +\[ *\d+%\]$", re.MULTILINE)
_PORTS = {"broker": 9292, "replay-server": 9293, "record": 9294}


def as_printed(text: str) -> list[str]:
    """The lines of an output, without those that are empty, and with names in place of what differs each time."""
    text = _PROGRESS.sub("", text)
    for name, pattern in _VOLATILE.items():
        text = pattern.sub(f"<{name}>", text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


class Users:
    """The API that README and tutorial call."""

    def __init__(self) -> None:
        self.url = ""
        self.user: dict[str, Any] = dict(ADA)

    def respond(self, request: ReceivedRequest) -> Response:
        return json_response(self.user, 200 if request.target == "/users/7" else 404)


def install_wheel(folder: Path) -> Path:
    """Return the programs of an environment that has the wheel, and the libraries that are installed already."""
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

    def __init__(self, folder: Path, programs: Path, api: Users) -> None:
        self.folder = folder
        self.api = api
        self._ports = {port: _free_port() for port in (9292, 9293, 9294)}
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
        name = self.api.url.removeprefix("http://").replace(":", "-")
        pairs = (
            ("https://api.example.com/v1", self.api.url),
            ("https://api.example.com", self.api.url),
            ("http://127.0.0.1:8000", self.api.url),
            ("http://127.0.0.1:8001", self.api.url),
            ("https://staging.example.com", self.api.url),
            ("/home/you/.local/share", self._environment["XDG_DATA_HOME"]),
            *((f"127.0.0.1:{old}", f"127.0.0.1:{new}") for old, new in self._ports.items()),
            *((f"--port {old}", f"--port {new}") for old, new in self._ports.items()),
            ("api.example.com", name),
            *((root, f"{self.folder}{root}") for root in ("/srv/pact", "/backup", "/run/secrets")),
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

    def commands(self, block: str) -> Iterator[tuple[str, str]]:
        """The commands of a console block, each with what stands below it."""
        for part in re.split(r"^\$ ", self.local(block), flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            length = next(number for number, line in enumerate(lines, 1) if not line.endswith("\\"))
            yield "\n".join(lines[:length]), "\n".join(lines[length:])

    def output_of(self, command: str) -> str:
        """Run a command, and return what it prints."""
        if command.startswith("export "):
            self._export(command)
            return ""
        server = _SERVER.match(command)
        if server:
            return self._serve(command.removesuffix("&"), self._ports[_PORTS[server[1]]])
        quiet = re.sub(
            r"^curl\b", "curl -sS", command
        )  # it shows its progress where there is no terminal only
        result = subprocess.run(
            ["bash", "-c", quiet],  # noqa: S607 -- as a reader runs it
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # as a terminal shows both
            text=True,
            timeout=SECONDS,
            check=False,
        )
        codes = {0, 1} if _MAY_SAY_NO.search(command) else {0}
        assert result.returncode in codes, f"$ {command}\n{result.stdout}"
        return result.stdout

    def _export(self, command: str) -> None:
        """Set variables, as the shell of a reader keeps them."""
        done = subprocess.run(
            ["bash", "-c", f"{command}; env -0"],  # noqa: S607 -- as a reader runs it
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        pairs = (part.partition("=") for part in done.stdout.split("\0"))
        self._environment |= {name: value for name, _, value in pairs if name}

    def _serve(self, command: str, port: int) -> str:
        """Start a server, and return what it prints until it serves."""
        self.close()  # one server at a time
        printed = self.folder.parent / "printed.txt"
        port_option = re.search(r"--port (\d+)", command)
        port = int(port_option[1]) if port_option else port
        option = "" if port_option else f" --port {port}"
        with printed.open("wb") as output:
            server = subprocess.Popen(
                ["bash", "-c", f"exec {command}{option}"],  # noqa: S607 -- as a reader runs it
                cwd=self.folder,
                env=self._environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._background.append(server)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                break
            time.sleep(0.1)
        return _settled(printed)

    def close(self) -> None:
        """End what runs in the background."""
        for process in self._background:
            process.terminate()
            process.wait(SECONDS)
        self._background.clear()


def _settled(printed: Path) -> str:
    """What a server has printed when nothing more has come for a second."""
    text, before = printed.read_text(encoding="utf-8"), None
    while text != before or not text:
        time.sleep(1)
        text, before = printed.read_text(encoding="utf-8"), text
    return text


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
