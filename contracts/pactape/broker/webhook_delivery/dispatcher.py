"""The dispatcher: sends deliveries, with a thread for each webhook, and retries after failures."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from pactape.broker.store import webhooks
from pactape.broker.store.database.base import text_of
from pactape.broker.webhook_delivery.sender import Attempt, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.config import BrokerConfig
    from pactape.broker.store.database.base import Clock, Database
    from pactape.broker.webhooks.definition import Delivery, RenderedRequest

__all__ = ["WebhookDispatcher"]

_log = logging.getLogger("pactape.broker.webhooks")
_CLAIM_SECONDS = 60  # longer than a request may take; after a kill, a delivery waits this long
_POLL_SECONDS = 2.0  # how often to look for other processes' deliveries
_STOP_SECONDS = 1.0  # how long a stop waits for running requests
_MOST_BUSY_WEBHOOKS = 64  # the most webhooks called at the same time
_CLAIM_LIMIT = 200  # the most deliveries claimed at a time
_RETENTION_DAYS = 90
_HOUR = 3600


class WebhookDispatcher:
    """Sends deliveries in the background; those that a stop interrupts are sent after the next start.

    Every webhook with something to send has its own thread, so a target that doesn't respond doesn't delay the
    others. Several processes over one database share the work: a delivery is claimed before it is sent.

    Args:
        database: Where webhooks and deliveries are stored.
        config: Allowed hosts and the delays between attempts.
        clock: Gives the time of records.
        sender: Sends a request.
    """

    def __init__(
        self,
        database: Database,
        config: BrokerConfig,
        *,
        clock: Clock,
        sender: Callable[[RenderedRequest, BrokerConfig], Attempt] = send,
    ) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._sender = sender
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._claimed: dict[str, Delivery] = {}
        self._busy: dict[str, threading.Thread] = {}
        self._cleaned_at: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="pactape-webhooks", daemon=True)

    def start(self) -> None:
        """Start to deliver; interrupted deliveries are sent first."""
        self._thread.start()

    def wake(self) -> None:
        """Look for deliveries now, because some were recorded."""
        self._woken.set()

    def stop(self) -> None:
        """Stop within a second; requests that are still running are sent again after the next start."""
        self._stopped.set()
        self._woken.set()
        if self._thread.ident is None:
            return
        self._thread.join()
        deadline = self._clock() + timedelta(seconds=_STOP_SECONDS)
        for thread in list(self._busy.values()):
            thread.join(max((deadline - self._clock()).total_seconds(), 0))
        with self._lock:
            delivery_ids = list(self._claimed)
            self._claimed.clear()
        if delivery_ids:
            with self._database.writing(exclusive=False) as connection:
                webhooks.release_deliveries(connection, delivery_ids)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                pause = self._dispatch()
                self._clean()
            except Exception:  # noqa: BLE001 -- a brief outage of the database must not end the deliveries
                _log.exception("webhooks could not be dispatched")
                pause = _POLL_SECONDS
            self._woken.wait(pause)

    def _dispatch(self) -> float:
        """Give due deliveries to their webhooks' threads, and return the seconds until the next check."""
        with self._lock:
            busy = set(self._busy)
        room = _MOST_BUSY_WEBHOOKS - len(busy)
        deliveries = self._claim(busy) if room > 0 else []
        by_webhook: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            by_webhook.setdefault(delivery.webhook_uuid, []).append(delivery)
        for webhook, batch in by_webhook.items():
            self._begin(webhook, batch)
        return self._pause()

    def _claim(self, busy: set[str]) -> list[Delivery]:
        now = self._clock()
        with self._database.reading() as connection:
            first = webhooks.next_due(connection)
        if first is None or first > text_of(now):
            return []
        until = text_of(now + timedelta(seconds=_CLAIM_SECONDS))
        with self._database.writing(exclusive=False) as connection:
            return webhooks.claim_deliveries(
                connection, now=text_of(now), until=until, busy=busy, limit=_CLAIM_LIMIT
            )

    def _begin(self, webhook: str, deliveries: list[Delivery]) -> None:
        thread = threading.Thread(
            target=self._deliver_all, args=(webhook, deliveries), name="pactape-webhook", daemon=True
        )
        with self._lock:
            self._claimed.update({delivery.uuid: delivery for delivery in deliveries})
            self._busy[webhook] = thread
        thread.start()

    def _pause(self) -> float:
        with self._database.reading() as connection:
            due_at = webhooks.next_due(connection)
        if due_at is None:
            return _POLL_SECONDS if self._database.shared else _HOUR
        seconds = (datetime.fromisoformat(due_at) - self._clock()).total_seconds()
        return min(max(seconds, 0.005), _POLL_SECONDS)

    def _deliver_all(self, webhook: str, deliveries: list[Delivery]) -> None:
        began = self._clock()
        try:
            for delivery in deliveries:
                late = (self._clock() - began).total_seconds() > _CLAIM_SECONDS / 2
                if self._stopped.is_set() or late:
                    break
                self._deliver(delivery)
        except Exception:  # noqa: BLE001 -- one failing delivery must not stop the others
            _log.exception("a webhook delivery failed")
        finally:
            self._finish(webhook, deliveries)

    def _finish(self, webhook: str, deliveries: list[Delivery]) -> None:
        with self._lock:
            delivery_ids = [
                delivery.uuid for delivery in deliveries if self._claimed.pop(delivery.uuid, None) is not None
            ]
            self._busy.pop(webhook, None)
        try:
            if delivery_ids:
                with self._database.writing(exclusive=False) as connection:
                    webhooks.release_deliveries(connection, delivery_ids)
        except Exception:  # noqa: BLE001 -- the claim expires by itself
            _log.exception("claims on webhook deliveries could not be released")
        self._woken.set()

    def _deliver(self, delivery: Delivery) -> None:
        attempt = self._sender(delivery.request, self._config)
        attempts = delivery.attempts + 1
        final = attempt.arrived or attempts > len(self._config.webhook_delays)
        due_at = self._clock()
        if not final:
            due_at += timedelta(seconds=self._config.webhook_delays[attempts - 1])
        status = "success" if attempt.arrived else "failure" if final else "waiting"
        log = f"{delivery.log}[{text_of(self._clock())}] attempt {attempts}\n{attempt.log}\n\n"
        updated_delivery = msgspec.structs.replace(
            delivery, attempts=attempts, status=status, log=log, due_at=text_of(due_at)
        )
        with self._lock:
            if self._claimed.pop(delivery.uuid, None) is None:
                return  # it was released by a stop
        with self._database.writing(exclusive=False) as connection:
            webhooks.update_delivery(connection, updated_delivery)

    def _clean(self) -> None:
        """Delete finished deliveries after 90 days, once an hour."""
        now = self._clock()
        if self._cleaned_at is not None and now - self._cleaned_at < timedelta(seconds=_HOUR):
            return
        with self._database.writing(exclusive=False) as connection:
            webhooks.delete_deliveries_before(connection, text_of(now - timedelta(days=_RETENTION_DAYS)))
        self._cleaned_at = now
