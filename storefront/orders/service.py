"""The order service: availability, reservation, payment, database and e-mail; rolled back if the payment fails."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from pactape_clients.errors import ConflictError, ResponseError

from storefront.orders.repository import OrderRepository
from storefront.orders.requests import Item, OrderData, OrderOutcome, total_of
from storefront.orders.saga import Patience, Record, RefusedError, Run, Saga, SagaEngine, SagaLog, Step
from storefront.orders.saga.definition import message_of

if TYPE_CHECKING:
    from storefront.clients import InventoryClient, NotificationClient, PaymentClient
    from storefront.database import Database

__all__ = ["OrderService"]

_KIND = "order"
_PAYMENT_REQUIRED = 402


class OrderService:
    """Processes orders of known customers; thread-safe.

    Args:
        payments: Charges the customer.
        inventory: Reserves the items, one reservation for each.
        email: Notifies the customer.
        database: Holds the orders and the saga log.
        patience: How compensations are retried.
    """

    def __init__(
        self,
        payments: PaymentClient,
        inventory: InventoryClient,
        email: NotificationClient,
        database: Database,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._payments = payments
        self._inventory = inventory
        self._email = email
        self._database = database
        self.log = SagaLog(database)
        self.engine = SagaEngine(self.log, (self._saga(),), patience=patience)

    def process_order(self, order: OrderData, *, order_id: str | None = None) -> OrderOutcome:
        """Process an order; if the id is known, return that order's outcome.

        Args:
            order: The order.
            order_id: A UUID; None creates one.
        """
        content = msgspec.to_builtins(order)
        secrets = {"token": content["payment"].pop("token")}
        record = self.engine.start(
            order_id or str(uuid.uuid4()), kind=_KIND, request=content, secrets=secrets, seconds=None
        )
        return _outcome(record)

    def close(self) -> None:
        """Wait for running steps."""
        self.engine.close()

    def _saga(self) -> Saga:
        return Saga(
            kind=_KIND,
            steps=(
                Step(name="check_availability", do=self._check),
                Step(name="reserve_items", do=self._reserve, undo=self._release, partial=True),
                Step(name="create_order", do=self._create),
                Step(name="process_payment", do=self._pay, undo=self._refund),
                Step(name="complete_order", do=self._complete),
            ),
            on_success=(Step(name="send_order_confirmation", do=self._confirm_by_mail),),
            on_failure=(
                Step(name="fail_order", do=self._fail),
                Step(name="send_order_failure", do=self._send_failure_notice),
            ),
        )

    def _check(self, run: Run) -> None:
        if not self._inventory.check_stock(_items(run)).available:
            raise RefusedError("Some items are not available")

    def _reserve(self, run: Run) -> list[str]:
        return [self._reserve_item(run, number) for number in range(len(_items(run)))]

    def _reserve_item(self, run: Run, number: int) -> str:
        key = run.key(f"reserve_items:{number}")
        item = _items(run)[number]
        return self._inventory.reserve_items([item], key=key, hold_seconds=None).reservation_id

    def _release(self, run: Run, reservations: list[str] | None) -> None:
        for reservation in self._reserved(run) if reservations is None else reservations:
            self._inventory.cancel_reservation(reservation)

    def _reserved(self, run: Run) -> list[str]:
        """Look up the reservations of an order: a repeated request with its key returns each outcome."""
        reservations = []
        for number in range(len(_items(run))):
            with suppress(ConflictError):
                reservations.append(self._reserve_item(run, number))
        return reservations

    def _create(self, run: Run) -> None:
        customer = run.request["customer"]
        with self._database.transaction() as session:
            OrderRepository(session).create(
                run.id,
                user_id=customer["id"],
                items=run.request["items"],
                customer=customer,
                total=total_of(_items(run)),
            )

    def _pay(self, run: Run) -> str:
        try:
            transaction = self._payments.process_payment(
                amount=total_of(_items(run)),
                method=run.request["payment"]["method"],
                token=run.secrets["token"],
                key=run.key("process_payment"),
            )
        except ResponseError as error:
            if error.status != _PAYMENT_REQUIRED:
                raise
            raise RefusedError(f"Payment failed: {message_of(error)}") from error
        return transaction.transaction_id

    def _refund(self, run: Run, transaction_id: str | None) -> None:
        with suppress(RefusedError):
            self._payments.refund_payment(transaction_id or self._pay(run))

    def _complete(self, run: Run) -> None:
        with self._database.transaction() as session:
            OrderRepository(session).complete(run.id)

    def _confirm_by_mail(self, run: Run) -> None:
        recipient = run.request["customer"]["email"]
        key = run.key("send_order_confirmation")
        self._email.send_order_confirmation(recipient, {"orderId": run.id}, key=key)

    def _fail(self, run: Run) -> None:
        if "create_order" in run.results:
            with self._database.transaction() as session:
                OrderRepository(session).fail(run.id, error=run.reason)

    def _send_failure_notice(self, run: Run) -> None:
        """Send nothing if the order was never created."""
        if "create_order" in run.results:
            content = {"orderId": run.id, "reason": str(run.reason)}
            recipient = run.request["customer"]["email"]
            self._email.send_order_failure(recipient, content, key=run.key("send_order_failure"))


def _items(run: Run) -> tuple[Item, ...]:
    return msgspec.convert(run.request["items"], tuple[Item, ...])


def _outcome(record: Record) -> OrderOutcome:
    created = record.steps.get("create_order")
    order_id = record.id if created is not None and created.state == "done" else None
    if record.state not in {"finishing", "completed"}:
        return OrderOutcome(success=False, error=record.reason, order_id=order_id)
    transaction_id = record.steps["process_payment"].result
    return OrderOutcome(success=True, order_id=order_id, transaction_id=transaction_id)
