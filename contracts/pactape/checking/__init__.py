"""Checks that recordings, contracts, clients and live providers still agree."""

from pactape.checking.check import Check, check_project
from pactape.checking.coverage import Covered
from pactape.checking.drift.drift import Drift, find_drift

__all__ = ["Check", "Covered", "Drift", "check_project", "find_drift"]
