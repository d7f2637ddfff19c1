"""Test helpers, run as a script: serve an unreliable provider, configured by JSON on stdin, until it is killed."""

from __future__ import annotations

import json
import sys
import threading

from sqlalchemy import make_url

from storefront.database import Database
from storefront.faults import unreliable
from storefront.server import running
from storefront.system import PROVIDERS
from storefront.tokens import TokenVerifier


def main() -> None:
    job = json.loads(sys.stdin.readline())
    app = PROVIDERS[job["service"]](Database(make_url(job["database"])), TokenVerifier(job["key"]))
    shaky = unreliable(
        app, errors=job["errors"], hangs=job["hangs"], seconds=job["seconds"], seed=job["seed"]
    )
    with running(shaky, port=job["port"]) as url:
        print(url, flush=True)  # noqa: T201 -- its answer
        threading.Event().wait()


if __name__ == "__main__":
    main()
