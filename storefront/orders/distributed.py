"""The saga of a distributed order: five services, each step with its compensation."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from pactape_clients import UserApiClient
from pactape_clients.errors import ConflictError, ResponseError

from storefront.clients import InventoryClient, NotificationClient, PaymentClient, ShippingClient
from storefront.orders.repository import OrderRepository
from storefront.orders.requests import Address, Item, total_of
from storefront.orders.saga import RefusedError, Run, Saga, Step

if TYPE_CHECKING:
    from storefront.database import Database

__all__ = ["KIND", "DistributedOrder", "Services"]

KIND = "distributed-order"


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The clients of the five services that take part in an order."""

    users: UserApiClient
    inventory: InventoryClient
    payments: PaymentClient
    shipping: ShippingClient
    notifications: NotificationClient


class DistributedOrder:
    """The steps of a distributed order.

    Args:
        services: The clients of the services.
        database: Holds the orders.
    """

    def __init__(self, services: Services, database: Database) -> None:
        self._services = services
        self._database = database

    def saga(self) -> Saga:
        """The steps in order."""
        return Saga(
            kind=KIND,
            steps=(
                Step(name="create_order", do=self._create_order),
                Step(name="get_user", do=self._get_user),
                Step(name="check_stock", do=self._check_stock),
                Step(name="reserve_items", do=self._reserve, undo=self._cancel_reservation),
                Step(name="calculate_shipping", do=self._calculate_shipping),
                Step(name="authorize_payment", do=self._authorize, undo=self._void),
                Step(name="capture_payment", do=self._capture, undo=self._refund),
                Step(name="confirm_reservation", do=self._confirm),
                Step(name="create_shipment", do=self._ship, undo=self._cancel_shipment),
                Step(name="complete_order", do=self._complete_order),
            ),
            on_success=(Step(name="send_order_confirmation", do=self._confirm_by_mail),),
            on_failure=(
                Step(name="fail_order", do=self._fail_order),
                Step(name="send_error_notification", do=self._send_error_notification),
            ),
        )

    def _create_order(self, run: Run) -> None:
        content = {"address": run.request["shippingAddress"]}
        with self._database.transaction() as session:
            OrderRepository(session).create(
                run.id,
                user_id=run.request["userId"],
                items=run.request["items"],
                customer=content,
                total=total_of(_items(run)),
            )

    def _get_user(self, run: Run) -> dict[str, str]:
        user = self._services.users.get_user(run.request["userId"])
        return {"email": user.email, "name": user.name}

    def _check_stock(self, run: Run) -> None:
        if not self._services.inventory.check_stock(_items(run)).available:
            raise RefusedError("Some items are not available")

    def _reserve(self, run: Run) -> str:
        key = run.key("reserve_items")
        return self._services.inventory.reserve_items(_items(run), key=key).reservation_id

    def _cancel_reservation(self, run: Run, reservation_id: str | None) -> None:
        if reservation_id is None:  # a repeated request with its key returns the outcome
            with suppress(ConflictError):
                reservation_id = self._reserve(run)
        if reservation_id is not None:
            self._services.inventory.cancel_reservation(reservation_id)

    def _calculate_shipping(self, run: Run) -> str:
        return str(self._services.shipping.calculate_shipping(_items(run), _address(run)).cost)

    def _authorize(self, run: Run) -> str:
        authorization = self._services.payments.authorize_payment(
            amount=_amount(run),
            method=run.request["paymentMethod"] | run.secrets,
            key=run.key("authorize_payment"),
        )
        return authorization.authorization_id

    def _void(self, run: Run, authorization_id: str | None) -> None:
        if authorization_id is None:
            try:
                authorization_id = self._authorize(run)
            except ResponseError as error:
                if error.status != _PAYMENT_REQUIRED:
                    raise
                return  # it was declined
        self._services.payments.void_authorization(authorization_id)

    def _capture(self, run: Run) -> str:
        return self._services.payments.capture_payment(run.results["authorize_payment"]).transaction_id

    def _refund(self, run: Run, transaction_id: str | None) -> None:
        if transaction_id is None:
            authorization_id = run.results["authorize_payment"]
            try:  # a late capture finds the authorization voided
                self._services.payments.void_authorization(authorization_id)
            except ConflictError:  # it was captured: a repeated request returns the transaction
                transaction_id = self._services.payments.capture_payment(authorization_id).transaction_id
        if transaction_id is not None:
            self._services.payments.refund_payment(transaction_id)

    def _confirm(self, run: Run) -> None:
        """Cancelling the reservation undoes this step."""
        self._services.inventory.confirm_reservation(run.results["reserve_items"])

    def _ship(self, run: Run) -> dict[str, str]:
        shipment = self._services.shipping.create_shipment(
            run.id, items=_items(run), address=_address(run), key=run.key("create_shipment")
        )
        return {"shipmentId": shipment.shipment_id, "trackingNumber": shipment.tracking_number}

    def _cancel_shipment(self, run: Run, shipment: dict[str, str] | None) -> None:
        created = shipment or self._ship(run)
        self._services.shipping.cancel_shipment(created["shipmentId"])

    def _complete_order(self, run: Run) -> None:
        tracking = run.results["create_shipment"]["trackingNumber"]
        with self._database.transaction() as session:
            OrderRepository(session).complete(run.id, total=_amount(run), tracking=tracking)

    def _confirm_by_mail(self, run: Run) -> None:
        content = {"orderId": run.id, "trackingNumber": run.results["create_shipment"]["trackingNumber"]}
        self._services.notifications.send_order_confirmation(
            run.results["get_user"]["email"], content, key=run.key("send_order_confirmation")
        )

    def _fail_order(self, run: Run) -> None:
        self._create_order(run)  # the step itself may have failed
        with self._database.transaction() as session:
            OrderRepository(session).fail(run.id, error=run.reason)

    def _send_error_notification(self, run: Run) -> None:
        """Send nothing if the user isn't known."""
        user = run.results.get("get_user")
        if user is not None:
            self._services.notifications.send_error_notification(
                user["email"],
                {"orderId": run.id, "error": str(run.reason)},
                key=run.key("send_error_notification"),
            )


_PAYMENT_REQUIRED = 402


def _items(run: Run) -> tuple[Item, ...]:
    return msgspec.convert(run.request["items"], tuple[Item, ...])


def _address(run: Run) -> Address:
    return msgspec.convert(run.request["shippingAddress"], Address)


def _amount(run: Run) -> Any:
    return total_of(_items(run)) + Decimal(run.results["calculate_shipping"])
