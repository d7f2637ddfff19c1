"""Test helpers: an API and its model."""

from __future__ import annotations

import msgspec
from pactape_clients.rest import (
    RetryPolicy,
    TransportSettings,
)

BASE = "http://api.test/v1"
THING = f"{BASE}/things/1"
ONCE = TransportSettings(retries=RetryPolicy(attempts=1))


class Thing(msgspec.Struct, frozen=True):
    id: int
    names: tuple[str, ...] = ()
