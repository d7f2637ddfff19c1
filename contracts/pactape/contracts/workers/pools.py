"""Pools of workers: processes on this machine, or a Dask cluster."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pactape.errors import BadInputError
from pactape.file_cache import code_fingerprint
from pactape.imports import require_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

__all__ = ["DaskPool", "Pool", "ProcessPool"]

_Context = TypeVar("_Context")
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_CONNECT_SECONDS = 10


class Pool(Protocol):
    """Workers that run tasks.

    Attributes:
        size: How many tasks run at a time.
    """

    @property
    def size(self) -> int:
        """How many tasks run at a time."""

    def run(
        self, function: Callable[[_Context, _Task], _Result], context: _Context, tasks: Sequence[_Task]
    ) -> list[_Result]:
        """Return the results of a module-level function for each task, in order.

        Args:
            function: Takes the context and a task; its result is sent back.
            context: The argument shared by all tasks; it is sent to each worker once if possible.
            tasks: The second argument of each call.
        """


class ProcessPool:
    """Processes on this machine; a context manager that ends them.

    Args:
        size: How many processes, at least 1.

    Example:
        >>> with ProcessPool(2) as pool:
        ...     pool.run(pow, 2, [1, 2, 3])
        [2, 4, 8]
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._executor = ProcessPoolExecutor(size, mp_context=get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(cancel_futures=True)

    def run(
        self, function: Callable[[_Context, _Task], _Result], context: _Context, tasks: Sequence[_Task]
    ) -> list[_Result]:
        """Return the results of a module-level function for each task, in order.

        Raises:
            BadInputError: A process ended unexpectedly: it was killed, or memory ran out.
        """
        data = pickle.dumps(context)
        try:
            futures = [self._executor.submit(_call, function, data, task) for task in tasks]
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise BadInputError(
                "a worker process ended unexpectedly",
                where="--workers",
                remedy="use fewer workers, or check whether the system ran out of memory",
            ) from error


class DaskPool:
    """The workers of a Dask cluster; a context manager that closes the connection.

    The workers need the same version of Pactape, and the project's folder at the same path.

    Args:
        address: The scheduler's address, "tcp://scheduler:8786".

    Raises:
        MissingExtraError: dask.distributed isn't installed.
        BadInputError: The scheduler doesn't answer, has no workers, or its workers run other code.
    """

    def __init__(self, address: str) -> None:
        require_extra("dask", "a Dask cluster", "distributed")
        self._client = _connect(address)
        try:
            self.size = _checked_cluster_size(self._client, address)
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def run(
        self, function: Callable[[_Context, _Task], _Result], context: _Context, tasks: Sequence[_Task]
    ) -> list[_Result]:
        """Return the results of a module-level function for each task, in order."""
        data = self._client.scatter(pickle.dumps(context), broadcast=True, hash=False)
        futures = [self._client.submit(_call, function, data, task, pure=False) for task in tasks]
        results: list[_Result] = self._client.gather(futures)
        return results


def _call(function: Callable[[_Context, _Task], _Result], context: bytes, task: _Task) -> _Result:
    return function(pickle.loads(context), task)  # noqa: S301 -- pickled by `run`


def _connect(address: str) -> Any:
    from distributed import Client  # noqa: PLC0415 -- an extra, and slow to import

    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]  # Dask is partly typed
    except (OSError, ValueError, TypeError) as error:
        raise BadInputError(
            f"the Dask scheduler doesn't answer ({error})",
            where=address,
            remedy='start it with `dask scheduler`, and write its address as "tcp://host:8786"',
        ) from error


def _checked_cluster_size(client: Any, address: str) -> int:
    """Return how many tasks the cluster runs at a time, after checking that its workers have the same code."""
    fingerprints: dict[str, Any] = client.run(code_fingerprint, on_error="return")
    if not fingerprints:
        raise BadInputError(
            "the Dask scheduler has no workers",
            where=address,
            remedy=f"start some with `dask worker {address} --nthreads 1`",
        )
    for worker, fingerprint in sorted(fingerprints.items()):
        if fingerprint != code_fingerprint():
            raise BadInputError(
                "the worker has no Pactape, or a different version of it or of its libraries",
                where=worker,
                remedy="install the same versions on every worker, so that contracts don't depend on the worker",
            )
    return sum(client.nthreads().values())
