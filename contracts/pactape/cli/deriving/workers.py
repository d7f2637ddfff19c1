"""The options `--workers` and `--dask`: the processes that do the work."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pactape.contracts.workers import Pool

    _F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["pool_of", "workers_options"]


def workers_options(function: _F) -> _F:
    """Give a command `--workers` and `--dask`; it gets `workers: int` and `dask: str | None`."""
    processes = click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        metavar="N",
        help="Read the recordings in this many processes.",
    )
    cluster = click.option(
        "--dask",
        metavar="ADDRESS",
        help='Read the recordings on a Dask cluster, "tcp://scheduler:8786" (extra: dask).',
    )
    return processes(cluster(function))


def pool_of(workers: int, dask: str | None) -> AbstractContextManager[Pool | None]:
    """Yield the workers that the options ask for; None when this process does all the work."""
    from pactape.contracts.workers import DaskPool, ProcessPool  # noqa: PLC0415 -- keeps `--help` fast

    if dask is not None:
        if workers > 1:
            raise click.UsageError("--workers and --dask can't be used together.")
        return DaskPool(dask)
    return nullcontext() if workers == 1 else ProcessPool(workers)
