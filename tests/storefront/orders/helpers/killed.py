"""Test helpers, run as a script: process orders in child processes that kill themselves at a given point.

Reads a job on each line of stdin, and writes how the process ended: the signal's number, or 0.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import make_url

from storefront.database import Database
from storefront.orders.orchestrator import OrderOrchestrator
from storefront.orders.requests import OrderRequest
from storefront.orders.saga import SagaLog
from storefront.system import services_at


def main() -> None:
    for line in sys.stdin:
        process = os.fork()  # before any thread was started
        if process == 0:
            work(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(process, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)  # noqa: T201 -- its answer


def work(job: dict[str, Any]) -> None:
    def checkpoint(point: str) -> None:
        if point == job["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    database = Database(make_url(job["database"]))
    users: Any = SimpleNamespace(**job["users"])
    issuer: Any = SimpleNamespace(clients=job["clients"])
    services = services_at(job["urls"], users=users, issuer=issuer)
    log = SagaLog(database, lease=0.2)
    orchestrator = OrderOrchestrator(services, database, log=log, checkpoint=checkpoint)
    orchestrator.process_order(msgspec.convert(job["order"], OrderRequest), order_id=job["id"])


if __name__ == "__main__":
    main()
