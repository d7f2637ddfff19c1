"""Which fields of JSON answers the code under test reads, seen while it reads them."""

from pactape.observing.libraries import Observer, observing
from pactape.observing.notes import noting_reads
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

__all__ = ["Observer", "Usage", "noting_reads", "observing", "track"]
