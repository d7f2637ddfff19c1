"""Observes which fields of JSON responses the code under test reads."""

from pactape.observing.cassette_usage import recording_usage
from pactape.observing.libraries import observing
from pactape.observing.observer import Observer
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

__all__ = ["Observer", "Usage", "observing", "recording_usage", "track"]
