"""Many threads that need the same value at once: the number of requests that reach the server."""

from __future__ import annotations

import threading
from collections.abc import Callable

from _origin import USER, Origin, running_origin
from pactape_clients import ClientCredentials, UserApiClient
from pactape_clients.rest import RetryPolicy, TransportSettings

Work = Callable[[], object]
THREADS = 64


def _at_once(work: Work) -> list[object]:
    gate = threading.Barrier(THREADS)
    outcomes: list[object] = []

    def run() -> None:
        gate.wait()
        try:
            outcomes.append(work())
        except Exception as error:  # noqa: BLE001 -- the failure is the outcome
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def single_flight(origin: Origin) -> dict[str, float]:
    """64 threads that want the same at once: how often the server was asked."""
    settings = TransportSettings(pool_size=THREADS, retries=RetryPolicy(attempts=1))

    def asked(
        kind: str, *, warm: bool = False, revoked: bool = False, failing: tuple[str, ...] = ()
    ) -> float:
        origin.reset()
        source = ClientCredentials(f"{origin.url}/token", client_id="web", client_secret="s")  # noqa: S106 -- a secret of the benchmark
        client = UserApiClient(origin.url, tokens=source, settings=settings)
        if warm:
            source.token()
        good_token = f"n{origin.tokens + 1}" if revoked else None  # the next one, not the one at hand
        origin.reset(delay=0.05, good_token=good_token, failing=failing)
        if kind == "token" and not warm:
            _at_once(source.token)
        elif warm:
            _at_once(lambda: client.get("/users/{id}", path={"id": "1"}))
        else:
            source.token()
            _at_once(lambda: client.get_user(USER["id"]))
        return float(origin.asked.get(kind, 0))

    rates = {
        "cold_key": asked("user"),
        "cold_key_failing": asked("user", failing=("user",)),
        "expired_token": asked("token"),
        "expired_token_failing": asked("token", failing=("token",)),
        "storm_of_401": asked("token", warm=True, revoked=True),
        "storm_of_401_failing": asked("token", warm=True, revoked=True, failing=("token",)),
    }
    origin.reset()
    print(f"\n{THREADS} threads at once: requests that reached the server")
    for name, count in rates.items():
        print(f"  {name:<58} {count:>10.0f}")
    return {f"clients.single_flight.{name}": count for name, count in rates.items()}


def run() -> dict[str, float]:
    """Return the figures, by the names under which they are written to build/bench.json."""
    with running_origin() as origin:
        return single_flight(origin)
