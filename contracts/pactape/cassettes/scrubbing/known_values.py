"""Secrets that were found once, and are replaced by the same placeholder wherever else they stand."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["KnownValues"]

_SHORTEST = 8
_DISTINCT = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).*|.{20,}", re.DOTALL)
_RUN = re.compile(r"[\w.~+/=-]{8,}+")
#: So many are looked for one by one; of more, only those that stand alone are found.
_FEW = 64


class KnownValues:
    """The secrets of one cassette, in the forms in which they may stand elsewhere."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}

    def add(self, secret: str, placeholder: str) -> None:
        """Remember a secret, unless it is short or a word, which may stand for something else."""
        if len(secret) < _SHORTEST or secret in self._placeholders or not _DISTINCT.fullmatch(secret):
            return
        for spell in (str, _quoted, quote_plus, _escaped):
            self._placeholders.setdefault(spell(secret), placeholder)

    def replace(self, text: str) -> str:
        """Return a text without the secrets."""
        if not self._placeholders or len(text) < _SHORTEST:
            return text
        if len(self._placeholders) > _FEW:
            return _RUN.sub(lambda match: self._placeholders.get(match.group(), match.group()), text)
        for secret, placeholder in self._placeholders.items():
            if secret in text:
                text = text.replace(secret, placeholder)
        return text

    def replace_in_bytes(self, body: bytes) -> bytes:
        """Return bytes without the secrets, which may stand beside what is not text."""
        if len(self._placeholders) > _FEW:
            return body
        for secret, placeholder in self._placeholders.items():
            body = body.replace(secret.encode(), placeholder.encode())
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


def _quoted(secret: str) -> str:
    return quote(secret, safe="")


def _escaped(secret: str) -> str:
    return json.dumps(secret, ensure_ascii=False)[1:-1]
