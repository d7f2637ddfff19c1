"""The embedded Pact broker: one SQLite file, one process, the official HAL API.

`running_broker` serves one on the loopback interface; `pactape broker` does the same from the command line. Teams
that outgrow it only have to point PACT_BROKER_BASE_URL at the official broker.
"""

from __future__ import annotations

from pactape.imports import require_extra

require_extra("broker", "the embedded broker", "cheroot", "jinja2", "sqlalchemy")

from pactape.broker.config import BrokerConfig  # noqa: E402 -- after the check
from pactape.broker.credentials import Credentials  # noqa: E402 -- as above
from pactape.broker.server import BrokerServer, running_broker  # noqa: E402 -- as above

__all__ = ["BrokerConfig", "BrokerServer", "Credentials", "running_broker"]
