"""`python -m storefront.events relay|audit`: a relay, or the audit's subscriber, as a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import closing
from threading import Event as Flag

from pactape.errors import BadInputError

from storefront.database import Database, database_url
from storefront.events import AuditEventHandler, AuditLog, Consumers, EventBus, Relay

_DATABASE = "STOREFRONT_EVENTS_DATABASE_URL"
_BUS = "STOREFRONT_EVENTS_BUS_URL"


def main() -> None:
    """Run until SIGTERM or SIGINT; the environment says where the database and the bus are."""
    parser = argparse.ArgumentParser(prog="python -m storefront.events", description=main.__doc__)
    parser.add_argument("role", choices=["relay", "audit"])
    parser.add_argument("--prefix", default="storefront", help="what the names of queues begin with")
    parser.add_argument("--resend-after", type=float, default=5, metavar="SECONDS")
    options = parser.parse_args()
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bus = EventBus(_required(_BUS), prefix=options.prefix)
    with closing(Database(database_url(_required(_DATABASE), variable=_DATABASE))) as database:
        AuditEventHandler(AuditLog()).register(bus)
        running = Consumers(database, bus)
        relay = Relay(database, bus, resend_after=options.resend_after)
        with relay if options.role == "relay" else running:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            stop.wait()


def _required(variable: str) -> str:
    value = os.environ.get(variable)
    if not value or value.startswith("memory:"):
        raise BadInputError(
            "is not set to what other processes reach", where=variable, remedy="set it to a URL"
        )
    return value


if __name__ == "__main__":
    try:
        main()
    except BadInputError as refused:
        sys.exit(f"storefront: {refused}")
