"""The saga engine: runs steps and compensations."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from storefront.orders.saga.definition import Run, Saga, Step, is_refusal, message_of
from storefront.orders.saga.log import LostLeaseError, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from storefront.orders.saga.log import SagaLog

__all__ = ["Patience", "SagaEngine"]

_THREADS = 64


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How compensations and final steps are retried.

    Args:
        waits: Seconds before each attempt of a round.
        later: Seconds until the next round.
        attempts: The total number of attempts after which it is parked.
    """

    waits: tuple[float, ...] = (0.0, 0.1, 0.4)
    later: float = 5.0
    attempts: int = 12


class SagaEngine:
    """Runs sagas; thread-safe.

    Args:
        log: The saga log.
        sagas: The kinds of saga.
        patience: How compensations are retried.
        checkpoint: Called at each point where tests kill the process: "reserve_items started".
    """

    def __init__(
        self,
        log: SagaLog,
        sagas: tuple[Saga, ...],
        *,
        patience: Patience | None = None,
        checkpoint: Callable[[str], object] | None = None,
    ) -> None:
        self._log = log
        self._sagas: Mapping[str, Saga] = {saga.kind: saga for saga in sagas}
        self._patience = patience or Patience()
        self._checkpoint = checkpoint or _pass
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="saga-step")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of saga that it runs."""
        return tuple(self._sagas)

    def start(
        self,
        saga_id: str,
        *,
        kind: str,
        request: Mapping[str, Any],
        secrets: Mapping[str, Any],
        seconds: float | None,
    ) -> Record:
        """Start a saga and run it as far as possible now; a saga that exists is left to its worker.

        Args:
            saga_id: A UUID.
            kind: One of the kinds.
            request: The request, as JSON values.
            secrets: The same, but deleted when the saga ends.
            seconds: The total time of its steps; None for no limit.
        """
        new = self._log.begin(saga_id, kind=kind, request=request, secrets=secrets, seconds=seconds)
        self._checkpoint("begun")
        return self.lead(saga_id) if new else self._log.read(saga_id)

    def lead(self, saga_id: str) -> Record:
        """Continue a saga as far as possible now, unless another worker does."""
        if self._log.take(saga_id):
            record = self._log.read(saga_id)
            with suppress(LostLeaseError):  # another worker has taken it over
                self._lead(record, self._sagas[record.kind])
        return self._log.read(saga_id)

    def close(self) -> None:
        """Wait for running steps."""
        self._threads.shutdown()

    def _lead(self, record: Record, saga: Saga) -> None:
        run = _run(record)
        if record.state == "running":
            self._forward(record, saga, run)
            record = self._log.read(record.id)
            run = _run(record)
        tasks = saga.on_success if record.state == "finishing" else tuple(_back(record, saga))
        if not all(self._attempt_until_settled(record, run, task) for task in tasks):
            self._log.let_go(record.id, seconds=self._patience.later)
            return
        parked = any(step.state == "parked" for step in self._log.read(record.id).steps.values())
        undone = "parked" if parked else "compensated"
        self._log.turned(record.id, "completed" if record.state == "finishing" else undone)
        self._checkpoint("ended")

    def _forward(self, record: Record, saga: Saga, run: Run) -> None:
        for step in saga.steps:
            if step.name in record.steps and record.steps[step.name].state == "done":
                continue
            seconds_left = _seconds_left(record)
            if seconds_left is not None and seconds_left <= 0:
                self._log.failed(
                    record.id, None, state="", reason=f"timeout: no time is left for {step.name}"
                )
                return
            if not self._run_step(record, run, step, seconds_left):
                return
        self._log.turned(record.id, "finishing")
        self._checkpoint("all steps done")

    def _run_step(self, record: Record, run: Run, step: Step, seconds_left: float | None) -> bool:
        self._log.started(record.id, step.name)
        self._checkpoint(f"{step.name} started")
        seconds = step.timeout if seconds_left is None else min(step.timeout, seconds_left)
        try:
            result = self._within(seconds, step.do, run)
        except TimeoutError:
            reason = f"timeout: {step.name} took more than {seconds:.1f} s"
            self._log.failed(record.id, step.name, state="unknown", reason=reason)
            return False
        except Exception as error:  # noqa: BLE001 -- any failure starts the compensations
            state = "refused" if is_refusal(error) and not step.partial else "unknown"
            self._log.failed(record.id, step.name, state=state, reason=message_of(error))
            return False
        self._checkpoint(f"{step.name} called")
        self._log.ended(record.id, step.name, state="done", result=result)
        run.results[step.name] = result
        return True

    def _attempt_until_settled(self, record: Record, run: Run, task: Step) -> bool:
        """Run one round of attempts, and return whether the task is done or parked."""
        if task.name in record.steps and record.steps[task.name].state in {"done", "parked"}:
            return True
        for wait in self._patience.waits:
            time.sleep(wait)
            attempts = self._log.started(record.id, task.name)
            self._checkpoint(f"{task.name} started")
            try:
                self._within(task.timeout, task.do, run)
            except Exception as error:  # noqa: BLE001 -- any failure is retried
                self._log.ended(record.id, task.name, state="failing", error=message_of(error))
                if attempts >= self._patience.attempts:
                    self._log.parked(record.id, task.name, error=message_of(error))
                    return True
            else:
                self._checkpoint(f"{task.name} called")
                self._log.ended(record.id, task.name, state="done")
                return True
        return False

    def _within(self, seconds: float, action: Callable[[Run], Any], run: Run) -> Any:
        """Return the result of `action` if it arrives in time; otherwise let it run in its thread."""
        return self._threads.submit(copy_context().run, action, run).result(timeout=seconds)


def _back(record: Record, saga: Saga) -> Iterator[Step]:
    """Return the compensations of the started steps, the last one first, and the final step."""
    for step in reversed(saga.steps):
        entry = record.steps.get(step.name)
        if step.undo is not None and entry is not None and entry.state != "refused":
            result = entry.result if entry.state == "done" else None
            yield Step(name=f"undo {step.name}", do=_undoing(step.undo, result), timeout=step.timeout)
    yield from saga.on_failure


def _undoing(undo: Callable[[Run, Any], object], result: Any) -> Callable[[Run], None]:
    def action(run: Run) -> None:
        undo(run, result)

    return action


def _run(record: Record) -> Run:
    results = {name: step.result for name, step in record.steps.items() if step.state == "done"}
    return Run(
        id=record.id,
        request=record.request,
        secrets=record.secrets,
        results=results,
        reason=record.reason,
    )


def _seconds_left(record: Record) -> float | None:
    return None if record.deadline is None else (record.deadline - datetime.now(UTC)).total_seconds()


def _pass(_point: str) -> None:
    """Do nothing."""
