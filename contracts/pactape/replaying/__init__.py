"""Serves cassettes over HTTP, so that tools in any language can use recordings."""

from pactape.replaying.application import ReplayApplication
from pactape.replaying.recordings import Recordings
from pactape.replaying.server import ReplayServer, replaying

__all__ = ["Recordings", "ReplayApplication", "ReplayServer", "replaying"]
