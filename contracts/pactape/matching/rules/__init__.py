"""Matching rules: each kind of rule is a class that gives the reason why a value breaks it.

Pact specification V2 (type, regex, min, max), V3 (include, integer, decimal, number, boolean, null, date, time,
datetime, contentType, values) and V4 (notEmpty, semver, arrayContains, eachKey, eachValue, statusCode). Where the
specification leaves something open, the Rust engine decides.
"""

from pactape.matching.rules.base import Rule, RuleList
from pactape.matching.rules.collections import ArrayContains, EachKey, EachValue
from pactape.matching.rules.equality import Equality, Type, Values
from pactape.matching.rules.scalars import Boolean, Decimal, Integer, NotEmpty, Null, Number, StatusCode
from pactape.matching.rules.strings import ContentTypeRule, DateTime, Include, Regex, Semver

__all__ = [
    "ArrayContains",
    "Boolean",
    "ContentTypeRule",
    "DateTime",
    "Decimal",
    "EachKey",
    "EachValue",
    "Equality",
    "Include",
    "Integer",
    "NotEmpty",
    "Null",
    "Number",
    "Regex",
    "Rule",
    "RuleList",
    "Semver",
    "StatusCode",
    "Type",
    "Values",
]
