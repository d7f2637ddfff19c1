"""Workers: recordings are read and matched by several processes, or by a cluster, with the same result."""

from pactape.contracts.workers.pools import DaskPool, Pool, ProcessPool
from pactape.contracts.workers.reading import RecordingsInParallel, read_in_parallel

__all__ = ["DaskPool", "Pool", "ProcessPool", "RecordingsInParallel", "read_in_parallel"]
