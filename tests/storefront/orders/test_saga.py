"""The saga of an order: undone whatever breaks, and never done twice."""

from __future__ import annotations

import threading
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from storefront.faults import failing, slow
from storefront.orders.requests import OrderOutcome
from storefront.orders.saga import Patience, Recovery, SagaLog
from storefront.orders.saga.log import ENDED, LostLeaseError
from storefront.payments.states import an_account_refuses_captures

if TYPE_CHECKING:
    from storefront.orders.orchestrator import OrderOrchestrator
    from tests.storefront.orders.conftest import Shop

QUICK = Patience(waits=(0.0, 0.05), later=0.0, attempts=4)
#: The calls of an order that change something, and who answers them.
CALLS = {
    "/reservations": "inventory",
    "/authorizations": "payments",
    "/capture": "payments",
    "/confirmation": "inventory",
    "/shipments": "shipping",
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("after", [False, True], ids=["before it was done", "after it was done"])
def test_an_order_whose_call_fails_is_undone(shop: Shop, path: str, after: bool) -> None:  # noqa: FBT001 -- a parameter
    # Two failures: a call with an idempotency key is made twice before it counts as failed.
    failing_client = partial(failing, path=path, times=2, after=after)
    outcome = shop.orchestrator(patience=QUICK, **{CALLS[path]: failing_client}).process_order(shop.order)
    assert (outcome.success, shop.traces(str(outcome.order_id))) == (False, shop.undone)


@pytest.mark.parametrize(
    "path", ["/reservations", *(pytest.param(path, marks=pytest.mark.long) for path in [*CALLS][1:])]
)
def test_the_late_answer_of_a_call_that_timed_out_is_undone(shop: Shop, path: str) -> None:
    late = partial(slow, path=path, seconds=1.5)
    orchestrator = shop.orchestrator(patience=QUICK, **{CALLS[path]: late})
    orchestrator.set_timeout(1000)
    outcome = orchestrator.process_order(shop.order)
    settle(orchestrator, outcome)
    orchestrator.close()  # waits for the late answer
    assert ("timeout" in str(outcome.error), shop.traces(str(outcome.order_id))) == (True, shop.undone)


def settle(orchestrator: OrderOrchestrator, outcome: OrderOutcome) -> str:
    """Lead on what is due until the order's saga has ended; gives its state."""
    recovery = Recovery(orchestrator.log, orchestrator.engine)
    ends = time.monotonic() + 20
    state = ""
    while time.monotonic() < ends and state not in ENDED:
        recovery.look()
        state = orchestrator.log.read(str(outcome.order_id)).state
    return state


def test_compensations_come_in_reverse_order(shop: Shop) -> None:
    points: list[str] = []
    failing_client = partial(failing, path="/shipments", times=2)
    shop.orchestrator(shipping=failing_client, patience=QUICK, checkpoint=points.append).process_order(
        shop.order
    )
    assert [point for point in points if point.startswith("undo") and point.endswith("called")] == [
        "undo create_shipment called",
        "undo capture_payment called",
        "undo authorize_payment called",
        "undo reserve_items called",
    ]


def test_a_compensation_that_fails_is_tried_again_until_it_works(shop: Shop) -> None:
    an_account_refuses_captures(token="pay-token-456", balance=100)
    stubborn = partial(failing, path="/cancellation", times=3)
    orchestrator = shop.orchestrator(inventory=stubborn, patience=QUICK)
    outcome = orchestrator.process_order(shop.order)
    before = orchestrator.log.read(str(outcome.order_id)).state
    after = settle(orchestrator, outcome)
    assert (before, after, shop.traces(str(outcome.order_id))) == ("compensating", "compensated", shop.undone)


def test_a_compensation_that_never_works_is_parked_with_an_alert_the_others_are_done_and_it_can_be_resumed(
    shop: Shop,
) -> None:
    an_account_refuses_captures(token="pay-token-456", balance=100)
    stubborn = partial(failing, path="/cancellation", times=4)
    orchestrator = shop.orchestrator(inventory=stubborn, patience=QUICK)
    outcome = orchestrator.process_order(shop.order)
    settle(orchestrator, outcome)
    parked = orchestrator.log.read(str(outcome.order_id))
    alerts = shop.query(
        "SELECT array_agg(step) FROM orders.alerts WHERE saga_id = :id", id=uuid.UUID(outcome.order_id)
    )
    assert (parked.state, parked.steps["undo reserve_items"].state, alerts) == (
        "parked",
        "parked",
        ["undo reserve_items"],
    )
    assert shop.traces(str(outcome.order_id)) == shop.undone | {"held_pieces": 3}
    orchestrator.log.resume(str(outcome.order_id))
    assert settle(orchestrator, outcome) == "compensated"
    assert shop.traces(str(outcome.order_id)) == shop.undone


@pytest.mark.long
def test_an_order_stays_completed_when_its_message_can_t_be_sent(shop: Shop) -> None:
    silent = partial(failing, path="/messages", times=4)
    orchestrator = shop.orchestrator(notifications=silent, patience=QUICK)
    outcome = orchestrator.process_order(shop.order)
    assert (outcome.success, settle(orchestrator, outcome)) == (True, "completed")
    assert shop.traces(str(outcome.order_id)) == shop.completed


def test_an_order_that_is_placed_twice_is_processed_once(shop: Shop) -> None:
    orchestrator = shop.orchestrator()
    order_id = str(uuid.uuid4())
    outcomes = [orchestrator.process_order(shop.order, order_id=order_id) for _ in range(2)]
    assert (outcomes[0] == outcomes[1], shop.traces(order_id)) == (True, shop.completed)


def test_an_order_that_two_threads_place_at_once_is_processed_once(shop: Shop) -> None:
    orchestrators = [shop.orchestrator() for _ in range(4)]
    order_id = str(uuid.uuid4())
    threads = [
        threading.Thread(target=orchestrator.process_order, args=(shop.order,), kwargs={"order_id": order_id})
        for orchestrator in orchestrators
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle(orchestrators[0], OrderOutcome(success=True, order_id=order_id))
    assert shop.traces(order_id) == shop.completed


def test_a_payment_token_is_stored_only_until_the_order_is_done(shop: Shop) -> None:
    outcome = shop.orchestrator().process_order(shop.order)
    record = shop.orchestrator().log.read(str(outcome.order_id))
    assert (record.secrets, "pay-token-456" in repr(record)) == ({}, False)


def test_a_worker_without_its_lease_writes_nothing(shop: Shop) -> None:
    first, second = SagaLog(shop.database, lease=0.0), SagaLog(shop.database)
    saga_id = str(uuid.uuid4())
    first.begin(saga_id, kind="test", request={}, secrets={}, seconds=None)
    assert second.take(saga_id)
    with pytest.raises(LostLeaseError):
        first.started(saga_id, "reserve_items")
    second.turned(saga_id, "completed")
    assert second.read(saga_id).steps == {}


def test_a_leased_saga_can_t_be_taken_by_another_worker(shop: Shop) -> None:
    first, second = SagaLog(shop.database), SagaLog(shop.database)
    saga_id = str(uuid.uuid4())
    kind = f"test-{saga_id}"  # of this test alone: others leave sagas behind
    first.begin(saga_id, kind=kind, request={}, secrets={}, seconds=None)
    assert (second.take(saga_id), second.due([kind])) == (False, [])
    first.turned(saga_id, "completed")


def test_an_order_without_time_left_is_rolled_back(shop: Shop) -> None:
    orchestrator = shop.orchestrator()
    orchestrator.set_timeout(0)
    outcome = orchestrator.process_order(shop.order)
    assert msgspec.to_builtins(outcome) == {
        "success": False,
        "orderId": outcome.order_id,
        "error": "timeout: no time is left for create_order",
    }
