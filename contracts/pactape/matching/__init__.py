"""Matching messages against a contract's examples and matching rules, in pure Python."""

from pactape.matching.messages import Message, MessageMatcher, RequestMatcher, ResponseMatcher
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.rules_by_path.rule_parsing import RuleError

__all__ = [
    "Message",
    "MessageMatcher",
    "Mismatch",
    "Part",
    "RequestMatcher",
    "ResponseMatcher",
    "RuleError",
]
