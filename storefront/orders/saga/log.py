"""The saga log in the database: another process can take a saga over from it.

A saga's worker has a lease; each entry renews it, and is rejected after the lease was lost.
"""

from __future__ import annotations

import logging
import secrets
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from storefront.orders.tables import Alert, SagaRow, StepRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from storefront.database import Database

__all__ = ["ENDED", "LostLeaseError", "Record", "SagaLog", "StepRecord"]

#: The final states of a saga.
ENDED = frozenset({"completed", "compensated", "parked"})

_LOGGER = logging.getLogger(__name__)


class LostLeaseError(Exception):
    """Another process has taken the saga over."""


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a step.

    Args:
        state: "started", "done", "refused", "unknown", "failing" or "parked".
        attempts: The number of attempts.
        result: Its result.
        error: The last failure.
    """

    state: str
    attempts: int
    result: Any = None
    error: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a saga.

    Args:
        id: Its id.
        kind: The kind of saga.
        request: The request.
        secrets: Values that are deleted when the saga ends.
        state: "running", "finishing", "compensating", "completed", "compensated" or "parked".
        reason: Why it is being compensated.
        deadline: When its steps must be done.
        steps: The started steps.
    """

    id: str
    kind: str
    request: dict[str, Any]
    secrets: dict[str, Any]
    state: str
    reason: str | None
    deadline: datetime | None
    steps: Mapping[str, StepRecord]


class SagaLog:
    """The saga log; each thread is a separate worker.

    Args:
        database: Holds the log.
        lease: Seconds without an entry after which another worker may take a saga over.
    """

    def __init__(self, database: Database, *, lease: float = 30.0) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease)
        self._process = secrets.token_hex(8)

    @property
    def _owner(self) -> str:
        """Return this thread's worker id; a thread runs one saga at a time."""
        return f"{self._process}-{threading.get_ident()}"

    def begin(
        self,
        saga_id: str,
        *,
        kind: str,
        request: Mapping[str, Any],
        secrets: Mapping[str, Any],
        seconds: float | None,
    ) -> bool:
        """Add a saga with a lease, and return whether it is new.

        Args:
            saga_id: A UUID.
            kind: The kind of saga.
            request: The request, as JSON values.
            secrets: The same, but deleted when the saga ends.
            seconds: The total time of its steps; None for no limit.
        """
        values = {"kind": kind, "request": dict(request), "secrets": dict(secrets), "state": "running"}
        deadline = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
        mine = {"owner": self._owner, "leased_until": func.now() + self._lease}
        row = insert(SagaRow).values(id=uuid.UUID(saga_id), deadline=deadline, **values, **mine)
        with self._database.transaction() as session:
            return session.scalar(row.on_conflict_do_nothing().returning(SagaRow.id)) is not None

    def take(self, saga_id: str) -> bool:
        """Take the lease of a saga, and return whether it was free and the saga is unfinished."""
        free = update(SagaRow).where(
            SagaRow.id == uuid.UUID(saga_id),
            SagaRow.state.not_in(ENDED),
            (SagaRow.leased_until < func.now()) | (SagaRow.owner == self._owner),
        )
        values = {"owner": self._owner, "leased_until": func.now() + self._lease}
        with self._database.transaction() as session:
            return session.scalar(free.values(**values).returning(SagaRow.id)) is not None

    def let_go(self, saga_id: str, *, seconds: float) -> None:
        """Release a saga; any worker may take it after this number of seconds."""
        later = {"due": func.now() + timedelta(seconds=seconds), "leased_until": func.now()}
        with self._database.transaction() as session:
            self._write(session, saga_id, later)

    def due(self, kinds: Iterable[str], *, most: int = 100) -> list[str]:
        """Return the ids of due sagas of these kinds, the longest due first."""
        due = (
            select(SagaRow.id)
            .where(SagaRow.state.not_in(ENDED), SagaRow.kind.in_(kinds))
            .where(SagaRow.leased_until < func.now(), SagaRow.due <= func.now())
            .order_by(SagaRow.due)
            .limit(most)
        )
        with self._database.transaction() as session:
            return [str(scalar) for scalar in session.scalars(due)]

    def read(self, saga_id: str) -> Record:
        """Return the progress of a saga.

        Raises:
            LookupError: The saga doesn't exist.
        """
        key = uuid.UUID(saga_id)
        with self._database.transaction() as session:
            row = session.get(SagaRow, key)
            steps = session.scalars(select(StepRow).where(StepRow.saga_id == key)).all()
        if row is None:
            raise LookupError(f"there is no saga {saga_id}")
        return Record(
            id=saga_id,
            kind=row.kind,
            request=row.request,
            secrets=row.secrets or {},
            state=row.state,
            reason=row.reason,
            deadline=row.deadline,
            steps={
                step.name: StepRecord(
                    state=step.state, attempts=step.attempts, result=step.result, error=step.error
                )
                for step in steps
            },
        )

    def started(self, saga_id: str, step: str) -> int:
        """Record an attempt of a step, and return the number of attempts so far."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {})
            row = insert(StepRow).values(
                saga_id=uuid.UUID(saga_id), name=step, state="started", attempts=1, result=None
            )
            again = {"state": "started", "attempts": StepRow.attempts + 1}
            upsert = row.on_conflict_do_update(index_elements=["saga_id", "name"], set_=again)
            return int(session.scalars(upsert.returning(StepRow.attempts)).one())

    def ended(
        self, saga_id: str, step: str, *, state: str, result: Any = None, error: str | None = None
    ) -> None:
        """Record the outcome of a step."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {})
            self._step(session, saga_id, step, {"state": state, "result": result, "error": error})

    def failed(self, saga_id: str, step: str | None, *, state: str, reason: str) -> None:
        """Record a step's failure and, in the same transaction, that the saga is to be compensated."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {"state": "compensating", "reason": reason})
            if step is not None:
                self._step(session, saga_id, step, {"state": state, "error": reason})

    def parked(self, saga_id: str, step: str, *, error: str) -> None:
        """Park a step and raise an alert, in the table of alerts and in the process's log."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {})
            self._step(session, saga_id, step, {"state": "parked", "error": error})
            session.add(Alert(saga_id=uuid.UUID(saga_id), step=step, error=error))
        _LOGGER.error("saga %s: %s was parked: %s", saga_id, step, error)

    def turned(self, saga_id: str, state: str) -> None:
        """Record a saga's next state; a final state deletes its secrets."""
        values: dict[str, Any] = {"state": state}
        if state in ENDED and state != "parked":
            values |= {"secrets": null()}
        with self._database.transaction() as session:
            self._write(session, saga_id, values)

    def resume(self, saga_id: str) -> None:
        """Resume a parked saga, with all its attempts."""
        key = uuid.UUID(saga_id)
        steps = update(StepRow).where(StepRow.saga_id == key, StepRow.state == "parked")
        saga = update(SagaRow).where(SagaRow.id == key)
        with self._database.transaction() as session:
            reason = session.scalar(select(SagaRow.reason).where(SagaRow.id == key))
            session.execute(steps.values(state="failing", attempts=0))
            state = "finishing" if reason is None else "compensating"
            session.execute(saga.values(state=state, due=func.now(), leased_until=func.now()))

    def _write(self, session: Session, saga_id: str, values: Mapping[str, Any]) -> None:
        mine = update(SagaRow).where(SagaRow.id == uuid.UUID(saga_id), SagaRow.owner == self._owner)
        renewed = {"leased_until": func.now() + self._lease, **values}
        if session.scalar(mine.values(**renewed).returning(SagaRow.id)) is None:
            raise LostLeaseError(f"another process works on the saga {saga_id}")

    def _step(self, session: Session, saga_id: str, step: str, values: Mapping[str, Any]) -> None:
        mine = update(StepRow).where(StepRow.saga_id == uuid.UUID(saga_id), StepRow.name == step)
        session.execute(mine.values(**values))
