"""The version of the Pact specification that a pact file states, in the spellings of all its writers."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["DEFAULT_VERSION", "specification_of", "version_of"]

#: The major version of a file that states none: the official engine reads such a file as V3.
DEFAULT_VERSION = 3
_STATED_IN = ("pactSpecification", "pact-specification", "pactSpecificationVersion")
_MAJOR = re.compile(r"\s*[vV]?(\d+)")


def specification_of(document: dict[str, Any]) -> Any:
    """Return the version of the Pact specification as the document states it; None when it doesn't.

    The key is `pactSpecification` (with an object or a string), `pact-specification` in files of older pact-jvm,
    and `pactSpecificationVersion` in files of pact-ruby.

    Example:
        >>> specification_of({"metadata": {"pactSpecificationVersion": "2.0.0"}})
        '2.0.0'
    """
    metadata: Any = document.get("metadata")
    for key in _STATED_IN if isinstance(metadata, dict) else ():
        stated = metadata.get(key)
        version = stated.get("version") if isinstance(stated, dict) else stated
        if version is not None:
            return version
    return None


def version_of(document: dict[str, Any]) -> int:
    """Return the major version of the Pact specification; 3 when the document states none.

    Raises:
        ValueError: The stated version isn't one of 1 to 4.

    Example:
        >>> version_of({"metadata": {"pactSpecification": {"version": "4.0"}}}), version_of({})
        (4, 3)
    """
    text = specification_of(document)
    if text is None:
        return DEFAULT_VERSION
    major = _MAJOR.match(str(text))
    if major is None or major[1] not in {"1", "2", "3", "4"}:
        raise ValueError(f"version {text!r} of the Pact specification is not supported")
    return int(major[1])
