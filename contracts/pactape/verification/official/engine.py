"""The child process that runs pact-python's verifier: a job on standard input, its report in a file.

The verifier prints to its process's standard output, and a panic in its native library ends its process: neither
may reach the caller. Run as `python -m pactape.verification.official.engine REPORT`.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from pactape.verification.official.job import BrokerJob, Job

if TYPE_CHECKING:
    from pact import Verifier

__all__ = ["verify"]

_LOOPBACK = "127.0.0.1"


def verify(job: Job) -> dict[str, Any]:
    """Run the official verifier and return its report."""
    verifier = _verifier(job)
    try:
        verifier.verify()
    except RuntimeError:
        if not verifier.results.get("interactionResults") and not verifier.results.get("errors"):
            raise
    return dict(verifier.results)


def _verifier(job: Job) -> Verifier:
    from pact import Verifier  # noqa: PLC0415 -- loads a native library, only needed in the child

    host = urlsplit(job.url).hostname if job.url else None
    verifier = Verifier(job.provider, host or _LOOPBACK)
    if job.url is not None:
        verifier.add_transport(url=job.url)
    if job.message_port is not None:
        verifier.add_transport(protocol="message", port=job.message_port, path="/", scheme="http")
    verifier.state_handler(job.state_url, teardown=False, body=True)
    verifier.set_request_timeout(job.timeout_ms)
    verifier.add_custom_headers(job.headers)
    verifier.set_coloured_output(enabled=False)
    if job.description is not None or job.state is not None:
        verifier.filter(job.description, state=job.state)
    if job.consumers:
        verifier.filter_consumers(*job.consumers)
    for pact in job.pacts:
        verifier.add_source(Path(pact))
    if job.broker is not None:
        _add_broker(verifier, job.broker)
    return verifier


def _add_broker(verifier: Verifier, broker: BrokerJob) -> None:
    if broker.version is not None:
        verifier.set_publish_options(broker.version, broker.build_url, broker.branch, list(broker.tags))
    builder = verifier.broker_source(broker.url, selector=True, use_env=False)
    if broker.branch is not None:
        builder = builder.provider_branch(broker.branch)
    if broker.tags:
        builder = builder.provider_tags(*broker.tags)
    if broker.include_pending:
        builder = builder.include_pending()
    if broker.include_wip_since is not None:
        builder = builder.include_wip_since(broker.include_wip_since)
    for selector in broker.selectors:
        builder = builder.consumer_version(**selector)
    builder.build()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    report = verify(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))
    Path(sys.argv[1]).write_text(json.dumps(report), encoding="utf-8")
