"""Adopting: migrating a project's tests and cassettes from pytest-recording, pytest-vcr or vcrpy."""

from pactape.adopting.carrying_out.carry_out import carry_out, settings_lines
from pactape.adopting.carrying_out.journal import Resumption, is_interrupted, resume
from pactape.adopting.carrying_out.trial import Trial, try_out
from pactape.adopting.planning.moves import Plan
from pactape.adopting.planning.plan import plan_adoption

__all__ = [
    "Plan",
    "Resumption",
    "Trial",
    "carry_out",
    "is_interrupted",
    "plan_adoption",
    "resume",
    "settings_lines",
    "try_out",
]
