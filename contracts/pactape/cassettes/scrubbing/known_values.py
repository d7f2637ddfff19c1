"""Secrets that were found once, and are replaced by the same placeholder wherever else they stand."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["KnownValues"]

_SHORTEST = 8
_DISTINCT = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).*|.{20,}", re.DOTALL)
_RUN = re.compile(r"[\w.~+/=%-]{8,}+")
_RUN_OF_BYTES = re.compile(rb"[\w.~+/=%-]{8,}+")
#: So many are looked for one by one; of more, only those that stand alone are found.
_FEW = 64
_LONGEST_CACHED = 512


class KnownValues:
    """The secrets of one cassette, in the forms in which they may stand elsewhere."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self._in_bytes: dict[bytes, bytes] = {}

    def add(self, secret: str, placeholder: str) -> None:
        """Remember a secret, unless it is short or a word, which may stand for something else."""
        if len(secret) < _SHORTEST or secret in self._placeholders or not _DISTINCT.fullmatch(secret):
            return
        for spelling in (secret, quote(secret, safe=""), quote_plus(secret), _escaped(secret)):
            if spelling not in self._placeholders:
                self._placeholders[spelling] = placeholder
                self._in_bytes[spelling.encode("utf-8", "surrogatepass")] = placeholder.encode()

    def replace(self, text: str) -> str:
        """Return a text without the secrets."""
        if not self._placeholders or not _may_hold(text):
            return text
        if len(self._placeholders) > _FEW:
            return _RUN.sub(lambda match: self._placeholders.get(match.group(), match.group()), text)
        for secret, placeholder in self._placeholders.items():
            if secret in text:
                text = text.replace(secret, placeholder)
        return text

    def replace_in_bytes(self, body: bytes) -> bytes:
        """Return bytes without the secrets, which may stand beside what is not text."""
        if len(self._in_bytes) > _FEW:
            return _RUN_OF_BYTES.sub(lambda match: self._in_bytes.get(match.group(), match.group()), body)
        for secret, placeholder in self._in_bytes.items():
            if secret in body:
                body = body.replace(secret, placeholder)
        return body

    def replace_in_value(self, value: Any) -> Any:
        """Return a JSON value without the secrets."""
        if not self._placeholders:
            return value
        if isinstance(value, dict):
            return {self.replace(key): self.replace_in_value(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.replace_in_value(each) for each in value]
        return self.replace(value) if isinstance(value, str) else value


def _may_hold(text: str) -> bool:
    return len(text) > _LONGEST_CACHED or _has_run(text)


@lru_cache(maxsize=16384)
def _has_run(text: str) -> bool:
    """Whether a short text has a run that could be a secret; most headers have none."""
    if " " in text or len(text) >= _SHORTEST:
        return any(_DISTINCT.fullmatch(run) for run in re.findall(r"\S{8,}", text))
    return False


def _escaped(secret: str) -> str:
    return json.dumps(secret, ensure_ascii=False)[1:-1]
