"""The log of sagas in the database: what a process that takes over needs to know.

Who works on a saga has a lease; each entry renews it, and is refused to whoever has lost it.
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

#: The states that a saga ends in.
ENDED = frozenset({"completed", "compensated", "parked"})

_LOGGER = logging.getLogger(__name__)


class LostLeaseError(Exception):
    """Another process has taken the saga over."""


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How far a step is.

    Args:
        state: "started", "done", "refused", "unknown", "failing" or "parked".
        attempts: How often it was started.
        result: What it gave.
        error: What went wrong the last time.
    """

    state: str
    attempts: int
    result: Any = None
    error: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How far a saga is.

    Args:
        id: Its id.
        kind: What kind of saga it is.
        request: What was asked for.
        secrets: What is kept only until it ends.
        state: "running", "finishing", "compensating", "completed", "compensated" or "parked".
        reason: Why it is being undone.
        deadline: When it must have got through its steps.
        steps: Its steps, as far as they were begun.
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
    """The log; each thread that uses it is a worker of its own.

    Args:
        database: Where it is.
        lease: Seconds after which another worker may take over from one that wrote nothing.
    """

    def __init__(self, database: Database, *, lease: float = 30.0) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease)
        self._process = secrets.token_hex(8)

    @property
    def _owner(self) -> str:
        """Who holds a lease: this thread, for each leads one saga at a time."""
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
        """Write a new saga down and take it; gives whether it is new.

        Args:
            saga_id: A UUID.
            kind: What kind of saga it is.
            request: What is asked for, JSON values.
            secrets: The same, but kept only until it ends.
            seconds: How long its steps may take together; None for no limit.
        """
        values = {"kind": kind, "request": dict(request), "secrets": dict(secrets), "state": "running"}
        deadline = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
        mine = {"owner": self._owner, "leased_until": func.now() + self._lease}
        row = insert(SagaRow).values(id=uuid.UUID(saga_id), deadline=deadline, **values, **mine)
        with self._database.transaction() as session:
            return session.scalar(row.on_conflict_do_nothing().returning(SagaRow.id)) is not None

    def take(self, saga_id: str) -> bool:
        """Take a saga that nobody is at; gives whether it was free and still has something to do."""
        free = update(SagaRow).where(
            SagaRow.id == uuid.UUID(saga_id),
            SagaRow.state.not_in(ENDED),
            (SagaRow.leased_until < func.now()) | (SagaRow.owner == self._owner),
        )
        values = {"owner": self._owner, "leased_until": func.now() + self._lease}
        with self._database.transaction() as session:
            return session.scalar(free.values(**values).returning(SagaRow.id)) is not None

    def let_go(self, saga_id: str, *, seconds: float) -> None:
        """Leave a saga to whoever comes first, after that many seconds."""
        later = {"due": func.now() + timedelta(seconds=seconds), "leased_until": func.now()}
        with self._database.transaction() as session:
            self._write(session, saga_id, later)

    def due(self, kinds: Iterable[str], *, most: int = 100) -> list[str]:
        """The sagas of these kinds that somebody should take, the longest due first."""
        wanted = (
            select(SagaRow.id)
            .where(SagaRow.state.not_in(ENDED), SagaRow.kind.in_(kinds))
            .where(SagaRow.leased_until < func.now(), SagaRow.due <= func.now())
            .order_by(SagaRow.due)
            .limit(most)
        )
        with self._database.transaction() as session:
            return [str(each) for each in session.scalars(wanted)]

    def read(self, saga_id: str) -> Record:
        """How far a saga is.

        Raises:
            LookupError: There is none with this id.
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
        """Note that a step is about to be tried; gives how often it was by now."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {})
            row = insert(StepRow).values(
                saga_id=uuid.UUID(saga_id), name=step, state="started", attempts=1, result=None
            )
            again = {"state": "started", "attempts": StepRow.attempts + 1}
            wanted = row.on_conflict_do_update(index_elements=["saga_id", "name"], set_=again)
            return int(session.scalars(wanted.returning(StepRow.attempts)).one())

    def ended(
        self, saga_id: str, step: str, *, state: str, result: Any = None, error: str | None = None
    ) -> None:
        """Note how a step ended that was started."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {})
            self._step(session, saga_id, step, {"state": state, "result": result, "error": error})

    def failed(self, saga_id: str, step: str | None, *, state: str, reason: str) -> None:
        """Note how a step ended, and in the same breath that the saga is to be undone because of it."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {"state": "compensating", "reason": reason})
            if step is not None:
                self._step(session, saga_id, step, {"state": state, "error": reason})

    def parked(self, saga_id: str, step: str, *, error: str) -> None:
        """Give a step up for now, and tell a person: in the table of alerts, and in the process's log."""
        with self._database.transaction() as session:
            self._write(session, saga_id, {})
            self._step(session, saga_id, step, {"state": "parked", "error": error})
            session.add(Alert(saga_id=uuid.UUID(saga_id), step=step, error=error))
        _LOGGER.error("saga %s: %s was parked: %s", saga_id, step, error)

    def turned(self, saga_id: str, state: str) -> None:
        """Note that a saga is in its next state; what is kept only until it ends goes with the last."""
        values: dict[str, Any] = {"state": state}
        if state in ENDED and state != "parked":
            values |= {"secrets": null()}
        with self._database.transaction() as session:
            self._write(session, saga_id, values)

    def resume(self, saga_id: str) -> None:
        """Have what was parked of a saga tried again, from the first attempt on."""
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
