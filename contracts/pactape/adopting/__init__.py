"""Adopting: a project's tests and cassettes move over from pytest-recording or pytest-vcr."""

from pactape.adopting.carry_out import carry_out, settings_lines
from pactape.adopting.moves import Plan
from pactape.adopting.plan import plan_adoption
from pactape.adopting.trial import Trial, try_out

__all__ = ["Plan", "Trial", "carry_out", "plan_adoption", "settings_lines", "try_out"]
