"""Test helpers: the stock tools, a provider with changeable responses, and pacts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["Outcome", "Provider", "StockTools", "pact_of"]

_PACT = Path(sys.executable).with_name("pact")


def pact_of(consumer: str, provider: str, *, path: str = "/users/1", body: Any = None) -> dict[str, Any]:
    """A V4 contract of one interaction."""
    return {
        "consumer": {"name": consumer},
        "provider": {"name": provider},
        "interactions": [
            {
                "type": "Synchronous/HTTP",
                "description": f"get {path}",
                "providerStates": [{"name": "a user exists", "params": {"id": 1}}],
                "request": {"method": "GET", "path": path},
                "response": {
                    "status": 200,
                    "headers": {"Content-Type": ["application/json"]},
                    "body": {
                        "content": body or {"id": 1},
                        "contentType": "application/json",
                        "encoded": False,
                    },
                },
            }
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


class Outcome:
    """What a command left: its exit code and all that it printed."""

    def __init__(self, process: subprocess.CompletedProcess[bytes]) -> None:
        self.code = process.returncode
        self.text = (process.stdout + process.stderr).decode(errors="replace")


class StockTools:
    """The stock `pact` command against one broker."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder

    def run(self, *arguments: str, **environment: str) -> Outcome:
        """Run `pact …` with the broker's address and no retries."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PACT_")}
        quiet = {"PACT_BROKER_HTTP_RETRIES": "0", "PACT_DO_NOT_TRACK": "true"}
        variables = {"PACT_BROKER_BASE_URL": self.url, **quiet}
        return Outcome(
            subprocess.run(
                [str(_PACT), *arguments],
                capture_output=True,
                cwd=self.folder,
                env={**clean, **variables, **environment},
                timeout=60,
                check=False,
            )
        )

    def broker(self, *arguments: str, **environment: str) -> Outcome:
        """Run `pact broker …`."""
        return self.run("broker", *arguments, **environment)

    def write(self, name: str, pact: dict[str, Any]) -> str:
        """Write a contract into the working folder and give its name."""
        (self.folder / name).write_text(json.dumps(pact), encoding="utf-8")
        return name

    def verify(self, port: int, provider: str, version: str, *more: str) -> Outcome:
        """Run the stock verifier from the broker against a local provider and publish its results."""
        return self.run(
            "verifier",
            *("--broker-url", self.url, "--provider-name", provider),
            *("--hostname", "127.0.0.1", "--port", str(port)),
            *("--publish", "--provider-version", version, "--no-colour"),
            *more,
        )


class Provider(ThreadingHTTPServer):
    """A provider whose answers a test can change: a JSON body by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.bodies: dict[str, Any] = {"/users/1": {"id": 1}}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Provider)
        body = self.server.bodies.get(self.path)
        data = json.dumps(body).encode()
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""
