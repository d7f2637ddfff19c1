"""Adopting: a project's tests and cassettes move over from pytest-recording or pytest-vcr."""

from pactape.adopting.moving import Plan, carry_out, plan_adoption

__all__ = ["Plan", "carry_out", "plan_adoption"]
