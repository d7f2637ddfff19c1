"""The child process that runs the official verifier through its C interface."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from pactape.errors import VerifierCrashError
from pactape.verification import verify_provider
from pactape.verification.official.child_process import engine, process
from pactape.verification.official.child_process.job import BrokerJob, Job, address_of

from tests.verification.helpers.providers import interaction, running_provider, write_pact

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = "http://127.0.0.1:9"


def _run(job: Job | None) -> subprocess.CompletedProcess[bytes]:
    """Run the engine as a script; not isolated, as the toolkit runs it, so that its lines are measured."""
    folders = process._native_folders()  # noqa: SLF001 -- where the native library is
    return subprocess.run(
        [sys.executable, "-P", str(engine.__file__), *folders],
        input=b"" if job is None else marshal.dumps(msgspec.to_builtins(job)),
        capture_output=True,
        env={**os.environ, "PACT_DO_NOT_TRACK": "true"},
        check=False,
    )


def _report(job: Job) -> dict[str, Any]:
    result = _run(job)
    assert result.returncode == 0, result.stderr.decode()
    return dict(json.loads(result.stdout))


def test_what_the_verifier_prints_stays_out_of_the_report(tmp_path: Path) -> None:
    pact = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with running_provider({"/a": {}}) as url:
        job = Job(provider="users", address=address_of(url), pacts=(str(pact),), state_url=None, headers={})
        report = _report(job)
    assert [result["result"] for result in report["interactionResults"]] == ["OK"]


def test_headers_filters_and_consumers_reach_the_verifier(tmp_path: Path) -> None:
    pact = write_pact(tmp_path / "a.json", interaction("a", "/a"), interaction("b", "/b"))
    received: list[tuple[str, dict[str, str]]] = []
    with running_provider({"/a": {}, "/b": {}}, received=received) as url:
        job = Job(
            provider="users",
            address=address_of(url),
            pacts=(str(pact),),
            state_url=None,
            headers={"X-Token": "t"},
            description="^b$",
            consumers=("web", "app"),
        )
        report = _report(job)
    assert [result["description"] for result in report["interactionResults"]] == ["b"]
    assert [(path, headers["x-token"]) for path, headers in received] == [("/b", "t")]


@pytest.mark.parametrize("version", [None, "1.2.3"])
def test_a_broker_that_is_not_there_is_in_the_report(version: str | None) -> None:
    broker = BrokerJob(
        url=NOWHERE,
        selectors=('{"mainBranch": true}',),
        include_pending=version is None,
        include_wip_since=None,
        version=version,
        branch="main",
        tags=("dev", "prod"),
        build_url="https://ci.example.com/1",
    )
    job = Job(
        provider="users",
        address=address_of(NOWHERE),
        pacts=(),
        state_url=f"{NOWHERE}/",
        headers={},
        message_port=9,
        broker=broker,
    )
    assert "Failed to load pact" in [result["interaction"] for result in _report(job)["errors"]]


def test_a_process_without_a_job_ends_silently() -> None:
    result = _run(None)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_a_process_that_was_started_early_takes_the_next_job_and_none_is_left(tmp_path: Path) -> None:
    pact = write_pact(tmp_path / "a.json", interaction("a", "/a"))
    with running_provider({"/a": {}}) as url:
        with process.start_early():
            (child,) = process._started  # noqa: SLF001 -- the process itself
            assert verify_provider([pact], url=url, states={}).passed
            assert (process._started, child.returncode) == ([], 0)  # noqa: SLF001 -- as above
        with process.start_early():
            (child,) = process._started  # noqa: SLF001 -- as above
    assert child.returncode is not None
    assert process._started == []  # noqa: SLF001 -- as above


def test_a_job_that_the_caller_gives_up_ends_the_process(tmp_path: Path) -> None:
    pact = write_pact(tmp_path / "a.json", interaction("a", "/a"))

    def give_up() -> None:
        raise KeyboardInterrupt

    with running_provider({"/a": 2.0}) as url, process.start_early():
        (child,) = process._started  # noqa: SLF001 -- the process itself
        with pytest.raises(KeyboardInterrupt):
            verify_provider([pact], url=url, states={}, on_start=give_up)
    assert child.returncode not in {None, 0}


def test_a_process_that_ends_before_its_job_is_an_error() -> None:
    with process.start_early():
        (child,) = process._started  # noqa: SLF001 -- the process itself
        child.kill()
        child.wait()
        job = Job(provider="users", address=None, pacts=("x" * 200_000,), state_url=None, headers={})
        with pytest.raises(VerifierCrashError, match="ended with code -9: no output"):
            process.run(job)


def test_the_verifier_loads_no_certificate_authorities_but_one() -> None:
    environment = process._environment()  # noqa: SLF001 -- what the child gets
    assert "SSL_CERT_DIR" not in environment
    assert environment["SSL_CERT_FILE"].endswith("no_authority.pem")
