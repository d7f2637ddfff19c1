"""Matching: messages against a contract's examples and matching rules, in Python alone."""

from pactape.matching.loading import RuleError
from pactape.matching.messages import Message, MessageMatcher, RequestMatcher, ResponseMatcher
from pactape.matching.mismatch import Mismatch, Part

__all__ = [
    "Message",
    "MessageMatcher",
    "Mismatch",
    "Part",
    "RequestMatcher",
    "ResponseMatcher",
    "RuleError",
]
