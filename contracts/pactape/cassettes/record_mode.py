"""When a cassette records and when it replays."""

from __future__ import annotations

from enum import Enum

__all__ = ["RecordMode"]


class RecordMode(Enum):
    """How a cassette treats requests; the names are those of vcrpy.

    NONE replays only. ONCE records a cassette that doesn't exist yet and replays one that does. NEW_EPISODES
    replays what is recorded and records the rest. ALL records everything again, and the new recording replaces the
    old one if the test passes.
    """

    NONE = "none"
    ONCE = "once"
    NEW_EPISODES = "new_episodes"
    ALL = "all"
