"""Orders from many threads while the services fail, hang and are killed: in the end, everything balances."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack, suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import text

from storefront.inventory.states import products_are_in_stock
from storefront.orders.orchestrator import OrderOrchestrator
from storefront.orders.requests import Item, PaymentMethod
from storefront.orders.saga import Patience, Recovery
from storefront.payments.states import an_account_has_money
from storefront.system import PROVIDERS, running_storefront
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storefront.orders.requests import OrderRequest
    from storefront.system import Storefront
    from tests.storefront.orders.conftest import Shop

HERE = Path(__file__).parent
SECONDS = float(os.environ.get("STOREFRONT_SOAK_SECONDS", "120"))
THREADS = 16
CARDS = [f"soak-{number}" for number in range(8)]
STOCK = 100_000
BALANCE = 1_000_000
LEFT = """
SELECT
  (SELECT sum(held) FROM inventory.products) AS pieces_held,
  (SELECT count(*) FROM inventory.reservations WHERE status = 'held') AS reservations_held,
  (SELECT :stock - sum(on_hand) FROM inventory.products) AS pieces_sold,
  (SELECT coalesce(sum(quantity), 0) FROM inventory.reserved_lines l JOIN inventory.reservations r
     ON r.id = l.reservation_id WHERE r.status = 'confirmed') AS pieces_confirmed,
  (SELECT sum((item->>'quantity')::int) FROM orders.orders, jsonb_array_elements(items) item
     WHERE status = 'completed') AS pieces_ordered,
  (SELECT sum(held) FROM payments.accounts) AS money_held,
  (SELECT count(*) FROM payments.payments WHERE status = 'authorized') AS authorizations_left,
  (SELECT :money - sum(balance) FROM payments.accounts) AS money_taken,
  (SELECT coalesce(sum(amount), 0) FROM payments.payments WHERE status = 'captured') AS money_captured,
  (SELECT coalesce(sum(total), 0) FROM orders.orders WHERE status = 'completed') AS money_ordered,
  (SELECT count(*) FROM payments.payments WHERE status = 'captured') AS captures,
  (SELECT count(*) FROM shipping.shipments WHERE status = 'created') AS shipments,
  (SELECT count(DISTINCT order_id) FROM shipping.shipments WHERE status = 'created') AS orders_shipped,
  (SELECT count(*) FROM orders.orders WHERE status = 'completed') AS completed,
  (SELECT count(*) FROM orders.orders WHERE status = 'failed') AS failed,
  (SELECT count(*) FROM orders.orders WHERE status = 'pending') AS pending,
  (SELECT count(*) FROM notifications.messages WHERE kind = 'order-confirmation') AS confirmations,
  (SELECT count(*) FROM orders.sagas WHERE state NOT IN ('completed', 'compensated')) AS sagas_open,
  (SELECT count(*) FROM orders.alerts) AS alerts
"""


def free_port() -> int:
    """A port that no outgoing connection takes while the service is down: below those that the system gives."""
    while True:
        port = random.randint(20_000, 32_000)  # noqa: S311 -- no secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Unreliable:
    """A provider in a process of its own, that somebody kills and starts again."""

    def __init__(self, storefront: Storefront, service: str, *, seed: int) -> None:
        self._job = {
            "service": service,
            "database": storefront.users.database_url,
            "key": dict(storefront.issuer.public_key),
            "errors": 0.05,
            "hangs": 0.02,
            "seconds": 3.0,
            "port": free_port(),
        }
        self._seed = seed
        self.kills = 0
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "helpers" / "serving.py")],
            cwd=HERE.parents[2],
            env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**self._job, "seed": self._seed + self.kills}) + "\n")
        self._process.stdin.flush()
        self.url = self._process.stdout.readline().strip()
        assert self.url, "the service did not start"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def restart(self) -> None:
        self.kill()
        self.kills += 1
        self._start()


def place_orders(
    orchestrator: OrderOrchestrator, order: OrderRequest, outcomes: Counter[str], seed: int
) -> None:
    """Place random orders until the time is over."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        items = (
            Item("prod-1", chance.randint(1, 3), Decimal("25.00")),
            Item("prod-2", chance.randint(1, 2), Decimal("15.00")),
        )
        method = PaymentMethod("credit_card", chance.choice(CARDS))
        new_order = msgspec.structs.replace(order, items=items, payment_method=method)
        outcome = orchestrator.process_order(new_order, order_id=str(uuid.uuid4()))
        outcomes["completed" if outcome.success else "failed"] += 1


def restart_at_random(services: Sequence[Unreliable]) -> None:
    """Kill and restart a random service every few seconds until the time is over."""
    chance = random.Random(0)  # noqa: S311 -- no secret
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        time.sleep(chance.uniform(3, 8))
        chance.choice(services).restart()


@pytest.mark.long
def test_stock_money_orders_and_shipments_balance_after_orders_under_faults(
    capsys: pytest.CaptureFixture[str], shop: Shop
) -> None:
    order = shop.order
    outcomes: Counter[str] = Counter()
    with ExitStack() as stack:
        storefront = stack.enter_context(running_storefront(recover_every=None))
        a_user_exists(id=order.user_id, email="user@example.com")
        products_are_in_stock(**{"prod-1": STOCK // 2, "prod-2": STOCK // 2})
        for card in CARDS:
            an_account_has_money(token=card, balance=BALANCE)
        services = {name: Unreliable(storefront, name, seed=number) for number, name in enumerate(PROVIDERS)}
        for service in services.values():
            stack.callback(service.kill)
        clients = storefront.services(instead={name: service.url for name, service in services.items()})
        patience = Patience(waits=(0.0, 0.2), later=1.0, attempts=100)
        orchestrator = OrderOrchestrator(clients, storefront.database, patience=patience)
        orchestrator.set_timeout(8000)
        arguments = (orchestrator, order, outcomes)
        threads = [threading.Thread(target=place_orders, args=(*arguments, seed)) for seed in range(THREADS)]
        with Recovery(orchestrator.log, orchestrator.engine, every=0.5):
            for thread in threads:
                thread.start()
            restart_at_random(list(services.values()))
            for thread in threads:
                thread.join()
            wait_for_the_last(storefront)
        orchestrator.close()
        totals = balance(storefront)
    with capsys.disabled():
        kills = sum(service.kills for service in services.values())
        print(f"\nsoak, {SECONDS:.0f} s: {dict(outcomes)}, {kills} kills, {totals}")  # noqa: T201 -- to be read
    assert (outcomes["completed"] > SECONDS, outcomes["failed"] > 0) == (True, True)
    assert nothing_is_half(totals)


def wait_for_the_last(storefront: Storefront) -> None:
    """Until every saga has ended."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends and balance(storefront)["sagas_open"]:
        time.sleep(0.5)


def balance(storefront: Storefront) -> dict[str, int]:
    values = {"stock": STOCK, "money": BALANCE * len(CARDS)}
    with storefront.database.transaction() as session:
        return dict(session.execute(text(LEFT), values).one()._asdict())


def nothing_is_half(totals: dict[str, int]) -> bool:
    zero = ("pieces_held", "reservations_held", "money_held", "authorizations_left", "pending", "sagas_open")
    assert {name: totals[name] for name in (*zero, "alerts")} == dict.fromkeys((*zero, "alerts"), 0)
    assert totals["pieces_sold"] == totals["pieces_confirmed"] == totals["pieces_ordered"]
    assert totals["money_taken"] == totals["money_captured"] == totals["money_ordered"]
    assert totals["captures"] == totals["shipments"] == totals["orders_shipped"] == totals["completed"]
    assert totals["confirmations"] == totals["completed"]
    return True
