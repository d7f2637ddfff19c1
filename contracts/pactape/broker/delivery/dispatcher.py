"""Telling webhooks what happened: recorded first, sent from a thread of its own, tried again with delays."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.store import webhooks
from pactape.broker.webhooks.definition import WebhookError, check_host, fires, outgoing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.config import BrokerConfig
    from pactape.broker.store.database.sqlite import Clock, Database
    from pactape.broker.webhooks.definition import Delivery, Outgoing
    from pactape.broker.webhooks.events import Event

__all__ = ["WebhookDispatcher", "send_once"]

_log = logging.getLogger("pactape.broker.webhooks")
_TIMEOUT_SECONDS = 10
_REDIRECTION = 300


class WebhookDispatcher:
    """Delivers in the background; what a stop cuts short goes out after the next start.

    Args:
        database: Where webhooks and deliveries are kept.
        config: Allowed hosts and the delays between tries.
        clock: The time for what is recorded.
        send: How a request goes out; gives whether it arrived and what to log.
    """

    def __init__(
        self,
        database: Database,
        config: BrokerConfig,
        *,
        clock: Clock,
        send: Callable[[Delivery, BrokerConfig], tuple[bool, str]] | None = None,
    ) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._send = send or send_once
        self._waiting: queue.Queue[Delivery | None] = queue.Queue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pactape-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver, what was cut short first."""
        with self._database.reading() as connection:
            for delivery in webhooks.unfinished_deliveries(connection):
                self._waiting.put(delivery)
        self._thread.start()

    def stop(self) -> None:
        """End after the request that is on its way."""
        self._stopped.set()
        self._waiting.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def enqueue(self, events: list[Event]) -> None:
        """Record and send a request for each webhook that wants to hear of an event."""
        with self._database.reading() as connection:
            known = webhooks.all_webhooks(connection)
        wanted = [(hook, event) for event in events for hook in known if fires(hook.spec, event)]
        if not wanted:
            return
        with self._database.writing() as connection:
            made = [
                webhooks.add_delivery(
                    connection,
                    outgoing(hook.spec, event.values),
                    webhook=hook.uuid,
                    event=event.name,
                    now=self._clock().isoformat(timespec="microseconds"),
                )
                for hook, event in wanted
            ]
        for delivery in made:
            self._waiting.put(delivery)

    def _run(self) -> None:
        while (delivery := self._waiting.get()) is not None and not self._stopped.is_set():
            try:
                self._deliver(delivery)
            except Exception:  # noqa: BLE001 -- one bad delivery must not end the others
                _log.exception("webhook delivery %s failed", delivery.uuid)

    def _deliver(self, delivery: Delivery) -> None:
        arrived, words = self._send(delivery, self._config)
        attempts = delivery.attempts + 1
        final = arrived or attempts > len(self._config.webhook_delays)
        status = "success" if arrived else "failure" if final else "waiting"
        delivery = msgspec.structs.replace(
            delivery, attempts=attempts, status=status, log=f"{delivery.log}{attempts}: {words}\n"
        )
        with self._database.writing() as connection:
            webhooks.update_delivery(connection, delivery)
        if not final:
            self._later(delivery, self._config.webhook_delays[attempts - 1])

    def _later(self, delivery: Delivery, seconds: float) -> None:
        timer = threading.Timer(seconds, self._waiting.put, [delivery])
        timer.daemon = True
        timer.start()


def send_once(delivery: Delivery, config: BrokerConfig) -> tuple[bool, str]:
    """Send a request: whether it arrived (2xx), and a line for the log without headers or bodies.

    Redirections are not followed: they could lead to a host that isn't allowed.
    """
    import requests  # noqa: PLC0415 -- keeps the broker's start quick

    request = delivery.request
    try:
        check_host(request.url, config.webhook_hosts)
        answer = requests.request(
            request.method,
            request.url,
            headers=request.headers,
            data=None if request.body is None else request.body.encode(),
            auth=_authentication(request),
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,  # nobody reads the answer's body, however long it is
        )
        answer.close()
    except WebhookError as error:
        return False, str(error)
    except requests.RequestException as error:
        return False, f"{request.method} {_shown(request.url)} could not be sent ({type(error).__name__})"
    words = f"{request.method} {_shown(request.url)} was answered with {answer.status_code}"
    return answer.status_code < _REDIRECTION, words


def _shown(url: str) -> str:
    """An address for the log; its query may hold a token."""
    path, question, _ = url.partition("?")
    return f"{path}?…" if question else path


def _authentication(request: Outgoing) -> Callable[[Any], Any] | tuple[str, str]:
    """The webhook's own, or none; with None the library would send what the user's .netrc has for the host."""
    if request.username:
        return request.username, request.password or ""
    return lambda prepared: prepared
