"""Integration with Pactape's own clients: passes their announcements to the recorder.

The only module of the toolkit that imports `pactape_clients`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape_clients.operations import add_observer

from pactape.cassettes.announcements import Announcement, announce, withdraw
from pactape.exchange import Call
from pactape.integrations.selections import selected_fields
from pactape.observing.models.field_paths import field_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.operations import Operation

__all__ = ["listening"]


@contextmanager
def listening() -> Iterator[None]:
    """Pass each operation that a client announces to the recorder, while the context lasts."""
    withdraw()
    remove = add_observer(_announce_operation)
    try:
        yield
    finally:
        remove()
        withdraw()


def _announce_operation(operation: Operation) -> None:
    announce(Announcement(method=operation.method, path=operation.path, call=_call(operation)))


def _call(operation: Operation) -> Call:
    paths = field_paths(operation.result)
    if operation.document is None:
        return Call(operation=operation.name, path=operation.path, fields=paths)
    fields = selected_fields(operation.document) if paths is None else tuple(f"data.{path}" for path in paths)
    return Call(operation=operation.name, path=operation.path, fields=fields)
