"""Which fields of JSON answers the code under test reads, seen while it reads them."""

from pactape.observing.answers import Observer
from pactape.observing.cassette_usage import recording_usage
from pactape.observing.libraries import observing
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

__all__ = ["Observer", "Usage", "observing", "recording_usage", "track"]
