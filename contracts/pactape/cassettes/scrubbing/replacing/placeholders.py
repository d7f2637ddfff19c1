"""Placeholders, which replace secrets in a value of the same form: a UUID for a UUID, a date for a date.

Within one cassette, equal secrets have equal placeholders, and different secrets different ones. A secret's number
depends only on the order in which secrets are found.
"""

from __future__ import annotations

import base64
import re
import threading
from typing import TYPE_CHECKING, Protocol

from pactape.cassettes.scrubbing.detection.values import is_uuid
from pactape.cassettes.scrubbing.replacing.jwt import is_unsigned_jwt, read_jwt, unsigned_jwt
from pactape.cassettes.scrubbing.replacing.secret_numbers import SecretNumbers
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "PLACEHOLDER",
    "ConstantPlaceholders",
    "NumberedPlaceholders",
    "Placeholders",
    "is_mask",
    "is_placeholder",
]

#: The placeholder of a secret without a form of its own; further ones are "scrubbed-2", "scrubbed-3".
PLACEHOLDER = "scrubbed"

_OURS = compile_when_used(
    r"""scrubbed(?:-\d+)?(?:\.jwt)? | scrubbed:scrubbed | scrubbed[ ]private[ ]key
    | 00000000-0000-4000-8000-(?!0{12})[0-9a-f]{12} | scrubbed(?:-\d+)?@example\.com
    | 2000-\d\d-\d\d(?:[T ]00:00:00(?:\.0+)?(?:Z|[+-]00:?00)?)? | 0{2,}\d{0,2} | 40{10,}\d{0,4}
    | -----BEGIN[ ][A-Z ]+-----(?:\s|\\[nr])+(?:c2NydWJiZWQ|c2NydWJiZWQt\w+)={0,2}
      (?:\s|\\[nr])+-----END[ ][A-Z ]+-----\s*""",
    re.VERBOSE,
)
#: The first characters of our placeholders.
_FIRST = frozenset("s0e24-")
_MASK = compile_when_used(
    r"""(?:^|[^a-z])(?:scrubbed|redacted|filtered|hidden|masked|dummy|placeholder|removed|sanitized|sanitised|fake|
    censored|obfuscated|withheld|not[-_ ]a[-_ ]secret|secret_?here|example(?!\.com|\.org|\.net))(?:$|[^a-z])
    | ^[*x.\-#•X_?]{2,}$ | ^<[^<>"'=]{1,64}>$ | ^(?:<<[^<>"'=]{1,64}>>|<<<[^<>"'=]{1,64}>>>)$ | ^<%=?[^<>]{1,64}%>$
    | ^\{[^{}"':]{0,64}\}$ | ^\{\.[\w.\[\]'"-]{1,100}\}$
    | ^\{\{[^{}"']{1,64}\}\}$ | ^[#]\{[^{}"']{1,64}\}$ | ^\[[^\[\]"':,]{0,64}\]$
    | ^\$\w{1,64}\$$ | ^(?:[#]{2}\w{1,64}[#]{2}|@@\w{1,64}@@)$ | ^\[\w{1,64}\([^()\[\]"]{0,64}\)\]$
    | ^[#*•_.-]$ | ^\$\d{1,2}$ | ^\$[a-z]+(?:_[a-z]+)+$
    | ^\$\{?[a-z_][\w.]*\}$ | ^\$\([^()]*\)$ | ^%\w+%$ | (?:\.\.\.|…)$ | \*{3,} | ^x{3}
    | ^[\w-]{0,8}(?:\.\.\.|…)[\w-]{1,8}$ | ^(?:vault|env|ssm|kms|keyvault|secretsmanager|awssm|gcpsm):\S+$
    | ^(?:none|null|nil|true|false|undefined|n/a|string|secret|password|token|Og==)$
    | ^(?:access|auth|my|new|old|secret|some|the|your)[-_]?(?:api[-_]?)?
      (?:key|password|secret|token)(?:[-_]?here)?$""",
    re.IGNORECASE | re.VERBOSE,
)
#: A mask of letters and digits only is short, or contains one of these words.
_MASK_WORD = compile_when_used(
    r"scrubbed|redacted|filtered|hidden|masked|dummy|placeholder|removed|saniti[sz]ed|fake|censored|obfuscated|withheld|"
    r"here|example|key|password|secret|token|xxx",
    re.IGNORECASE,
)
_LONGEST_WORD = 10
_VARIABLE = compile_when_used(r"_*(?:[A-Z]+[-_])+(?:KEY|PASSWORD|SECRET|TOKEN)(?:_\d+)?|\$[A-Z][A-Z0-9_]*")
_LONGEST_MASK = 256
_EMAIL = compile_when_used(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DATE = compile_when_used(
    r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d:\d\d(?P<fraction>\.\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_PEM = compile_when_used(r"-----BEGIN ([A-Z0-9 ]+)-----")
#: So many secrets are kept with their placeholders; of the others, only a fingerprint and a number.
_MOST_TEXTS = 1024
_SMALL = 100
#: Placeholders of numbers are above -1,000 or below -900,000,000, where no number of a test is expected.
_FIRST_LARGE, _LARGE = 1000, 900_000_000


def is_placeholder(value: object) -> bool:
    """Whether a value is one of our placeholders, including those of earlier versions.

    Example:
        >>> [is_placeholder(value) for value in ("scrubbed-2", "00000000-0000-4000-8000-000000000001", "Ada", 7)]
        [True, True, False, False]
    """
    if not isinstance(value, str) or value[:1] not in _FIRST:
        return False
    return _OURS.fullmatch(value) is not None or (value.startswith("eyJ") and is_unsigned_jwt(value))


def is_mask(value: object) -> bool:
    """Whether a value replaces a secret: a placeholder of ours, or another tool's mask.

    Such a value shows only that the field is a text, not what its values look like.

    Example:
        >>> [is_mask(value) for value in ("<REDACTED>", "********", "scrubbed-3", "q8Zr1LmX0vTy7PbK")]
        [True, True, True, False]
    """
    if not isinstance(value, str) or len(value) > _LONGEST_MASK:
        return is_placeholder(value)
    text = value.strip()
    if (
        text.isalnum()
        and len(text) > _LONGEST_WORD
        and _MASK_WORD.search(text) is None
        and text[:3].lower() != "xxx"
    ):
        return is_placeholder(text)
    return _MASK.search(text) is not None or _VARIABLE.fullmatch(text) is not None or is_placeholder(text)


class Placeholders(Protocol):
    """Gives each secret its placeholder."""

    def for_text(self, secret: str) -> str:
        """Return the placeholder of a text."""

    def for_number(self, secret: float) -> float:
        """Return the placeholder of a number."""


class ConstantPlaceholders:
    """The same placeholder for every secret, so that requests match that differ only in secrets.

    Args:
        text: The placeholder of every text.
    """

    def __init__(self, text: str = PLACEHOLDER) -> None:
        self._text = text

    def for_text(self, secret: str) -> str:  # noqa: ARG002 -- the protocol has it
        """Return the one placeholder."""
        return self._text

    def for_number(self, secret: float) -> float:  # noqa: ARG002 -- the protocol has it
        """Return 0."""
        return 0


class NumberedPlaceholders:
    """The placeholders of one cassette. May be used by several threads."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._further = SecretNumbers()
        self._counts_of_numbers = SecretNumbers()
        self._reserved: set[str] = set()
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def text_count(self) -> int:
        """How many different texts have a placeholder."""
        return len(self._texts) + len(self._further)

    def reserve(self, text: str) -> None:
        """Don't use the placeholders in a text, which are those of an older recording."""
        self._reserved.update(
            re.findall(r"scrubbed(?:-\d+)?|00000000-0000-4000-8000-(?!0{12})[0-9a-f]{12}", text)
        )

    def for_text(self, secret: str) -> str:
        """Return the placeholder of a text, of the same form: a UUID for a UUID, a JWT for a JWT."""
        placeholder = self.known(secret)
        if placeholder is not None:
            return placeholder
        if is_placeholder(secret):
            return secret
        with self._lock:
            return self.known(secret) or self._next(secret)

    def for_number(self, secret: float) -> float:
        """Return the placeholder of a number: 0, then -2, -3 …; a placeholder is returned unchanged."""
        if -_FIRST_LARGE < secret < 0 or secret < -_LARGE:
            return secret
        with self._lock:
            count = self._counts_of_numbers.get(secret)
            if not count:
                count = len(self._counts_of_numbers) + 1
                self._counts_of_numbers.add(secret, count)
        placeholder = 0 if count == 1 else -count if count < _FIRST_LARGE else -_LARGE - count
        return type(secret)(placeholder)

    def known(self, secret: str) -> str | None:
        """Return the placeholder that a secret already has; None if it has none."""
        placeholder = self._texts.get(secret)
        if placeholder is not None or not self._further:
            return placeholder
        count = self._further.get(secret)
        return _make(_form_of(secret), secret, count) if count else None

    def _next(self, secret: str) -> str:
        form = _form_of(secret)
        while True:
            count = self._counts[form] = self._counts.get(form, 0) + 1
            placeholder = _make(form, secret, count)
            if placeholder not in self._reserved:
                break
        if len(self._texts) < _MOST_TEXTS:
            self._texts[secret] = placeholder
        else:
            self._further.add(secret, count)
        return placeholder


def _make(form: str, secret: str, count: int) -> str:
    return _MAKERS.get(form, _digits)(secret, count)


def _form_of(secret: str) -> str:
    if secret.isdecimal() and secret.isascii() and len(secret) > 2:  # noqa: PLR2004 -- shorter ones are no code
        return f"digits{len(secret)}"
    if is_uuid(secret):
        return "uuid"
    if secret.startswith("eyJ") and read_jwt(secret) is not None:
        return "jwt"
    if "@" in secret and _EMAIL.fullmatch(secret):
        return "email"
    if secret[4:5] == "-" and _DATE.fullmatch(secret):
        return "date"
    return "pem" if "-----BEGIN " in secret and _PEM.match(secret.lstrip()) else "plain"


def _plain(_secret: str, count: int) -> str:
    return PLACEHOLDER if count == 1 else f"{PLACEHOLDER}-{count}"


def _digits(secret: str, count: int) -> str:
    number = 0 if count == 1 else count
    return str(number).zfill(len(secret)) if number < _SMALL else _plain(secret, count)


def _uuid(_secret: str, count: int) -> str:
    return f"00000000-0000-4000-8000-{count:012x}"


def _email(_secret: str, count: int) -> str:
    return f"{_plain('', count)}@example.com"


def _date(secret: str, count: int) -> str:
    match = _DATE.fullmatch(secret)
    day = f"2000-{1 + (count - 1) // 28 % 12:02}-{1 + (count - 1) % 28:02}"
    if match is None or not match["time"]:
        return day
    zone = match["zone"] or ""
    zeros = re.sub(r"\d", "0", match["fraction"] or "")
    return f"{day}{match['time'][0]}00:00:00{zeros}{zone if zone in {'', 'Z'} else '+00:00'}"


def _pem(secret: str, count: int) -> str:
    match = _PEM.match(secret.lstrip())
    label = match.group(1) if match else "PRIVATE KEY"
    line_end = "\\n" if "\\n" in secret and "\n" not in secret else "\n"
    body = base64.b64encode(_plain("", count).encode()).decode()
    ending = line_end if secret.endswith(line_end) else ""
    return f"-----BEGIN {label}-----{line_end}{body}{line_end}-----END {label}-----{ending}"


def _jwt(secret: str, count: int) -> str:
    return unsigned_jwt(secret, key_id="" if count == 1 else _plain("", count))


_MAKERS: dict[str, Callable[[str, int], str]] = {
    "plain": _plain,
    "uuid": _uuid,
    "email": _email,
    "date": _date,
    "pem": _pem,
    "jwt": _jwt,
}
