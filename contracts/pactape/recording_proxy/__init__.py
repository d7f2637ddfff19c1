"""The recording proxy: a server between any client and an API that records exchanges into cassettes."""

from pactape.recording_proxy.proxy import RecordingProxy
from pactape.recording_proxy.session import TestSession
from pactape.recording_proxy.sessions import RecordingSessions
from pactape.recording_proxy.upstream import Upstream

__all__ = ["RecordingProxy", "RecordingSessions", "TestSession", "Upstream"]
