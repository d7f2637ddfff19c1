"""Matching: messages against a contract's examples and matching rules, in Python alone."""

from pactape.matching.messages import Message, MessageMatcher, RequestMatcher, ResponseMatcher
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.rule_parsing import RuleError

__all__ = [
    "Message",
    "MessageMatcher",
    "Mismatch",
    "Part",
    "RequestMatcher",
    "ResponseMatcher",
    "RuleError",
]
