"""Cassettes served over HTTP, so that any tool, in any language, can talk to a recording."""

from pactape.replaying.application import ReplayApplication
from pactape.replaying.recordings import Recordings
from pactape.replaying.server import ReplayServer, replaying

__all__ = ["Recordings", "ReplayApplication", "ReplayServer", "replaying"]
