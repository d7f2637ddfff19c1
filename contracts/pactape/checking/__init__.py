"""Whether recordings, contracts, clients and live providers still agree."""

from pactape.checking.check import Check, check_project
from pactape.checking.coverage import Covered
from pactape.checking.drift import Drift, find_drift
from pactape.checking.findings import Alarm, Tier

__all__ = ["Alarm", "Check", "Covered", "Drift", "Tier", "check_project", "find_drift"]
