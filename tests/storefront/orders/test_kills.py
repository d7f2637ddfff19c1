"""A process that is killed at any point of an order: whoever takes over completes it or undoes it, never half."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from storefront.orders.saga import Recovery
from storefront.payments.states import an_account_has_money, an_account_refuses_captures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.storefront.orders.conftest import Shop

HERE = Path(__file__).parent
STEPS = (
    *("create_order", "get_user", "check_stock", "reserve_items", "calculate_shipping"),
    *("authorize_payment", "capture_payment", "confirm_reservation", "create_shipment", "complete_order"),
)
FORWARD = ["begun"]
FORWARD += [f"{step} {when}" for step in STEPS for when in ("started", "called")]
FORWARD += ["all steps done", "send_order_confirmation started", "send_order_confirmation called", "ended"]
BACK = [
    f"{task} {when}"
    for task in ("undo authorize_payment", "undo reserve_items", "fail_order", "send_error_notification")
    for when in ("started", "called")
]
BACK += ["capture_payment started", "ended"]


class Victims:
    """Processes that are killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def process(self, shop: Shop, order_id: str, *, point: str) -> int:
        """Process an order in a process that is killed at a point; gives the signal that ended it."""
        storefront, users = shop.storefront, shop.storefront.users
        job = {
            "id": order_id,
            "point": point,
            "order": msgspec.to_builtins(shop.order),
            "urls": storefront.urls,
            "database": users.database_url,
            "clients": storefront.issuer.clients,
            "users": {
                "url": users.url,
                "client_id": users.client_id,
                "client_secret": users.client_secret,
            },
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    command = [sys.executable, str(HERE / "helpers" / "killed.py")]
    with subprocess.Popen(
        command,
        cwd=HERE.parents[2],
        env={"PYTHONPATH": str(HERE.parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Victims(process)
        assert process.stdin is not None
        process.stdin.close()


def taken_over(shop: Shop, order_id: str) -> str:
    """The state that an order's saga ends in after somebody took it over."""
    orchestrator = shop.orchestrator()
    recovery = Recovery(orchestrator.log, orchestrator.engine)
    ends = time.monotonic() + 30
    state = ""
    while time.monotonic() < ends:
        recovery.look()
        state = orchestrator.log.read(order_id).state
        if state in {"completed", "compensated", "parked"}:
            return state
        time.sleep(0.02)
    raise AssertionError(f"the saga is still {state}")


def check(shop: Shop, victims: Victims, point: str, *, expected: dict[str, Any], state: str) -> None:
    order_id = str(uuid.uuid4())
    ended = victims.process(shop, order_id, point=point)
    assert (ended, taken_over(shop, order_id)) == (signal.SIGKILL, state)
    assert shop.traces(order_id) == expected


@pytest.mark.long
@pytest.mark.parametrize("point", ["capture_payment called"])
def test_an_order_whose_process_is_killed_in_the_middle_is_completed_by_another(
    shop: Shop, victims: Victims, point: str
) -> None:
    check(shop, victims, point, expected=shop.completed, state="completed")


@pytest.mark.long
@pytest.mark.parametrize("point", FORWARD)
def test_an_order_whose_process_is_killed_at_any_point_is_completed_by_another(
    shop: Shop, victims: Victims, point: str
) -> None:
    check(shop, victims, point, expected=shop.completed, state="completed")


@pytest.mark.long
@pytest.mark.parametrize("point", BACK)
def test_an_order_whose_process_is_killed_while_it_is_undone_is_undone_by_another(
    shop: Shop, victims: Victims, point: str
) -> None:
    an_account_refuses_captures(token="pay-token-456", balance=100)
    check(shop, victims, point, expected=shop.undone, state="compensated")


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_an_order_whose_time_is_over_when_another_takes_over_is_undone(
    shop: Shop, victims: Victims, step: str
) -> None:
    order_id = str(uuid.uuid4())
    assert victims.process(shop, order_id, point=f"{step} called") == signal.SIGKILL
    shop.query("UPDATE orders.sagas SET deadline = now() WHERE id = :id RETURNING 1", id=uuid.UUID(order_id))
    assert taken_over(shop, order_id) == "compensated"
    messages = None if step in {"create_order", "get_user"} else shop.undone["told"]
    assert shop.traces(order_id) == shop.undone | {"told": messages}


def test_the_points_are_those_that_an_order_passes(shop: Shop) -> None:
    def passed() -> list[str]:
        points: list[str] = []
        shop.orchestrator(checkpoint=points.append).process_order(shop.order)
        return points

    forward = passed()
    an_account_refuses_captures(token="pay-token-456", balance=100)
    back = passed()
    an_account_has_money(token="pay-token-456", balance=100)
    assert (forward, set(back) - set(FORWARD)) == (FORWARD, set(BACK) - set(FORWARD))
