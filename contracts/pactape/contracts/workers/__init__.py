"""Workers: several processes, or a cluster, read and match recordings with the same result as one process."""

from pactape.contracts.workers.pools import DaskPool, Pool, ProcessPool
from pactape.contracts.workers.reading import RecordingsInParallel, read_in_parallel

__all__ = ["DaskPool", "Pool", "ProcessPool", "RecordingsInParallel", "read_in_parallel"]
