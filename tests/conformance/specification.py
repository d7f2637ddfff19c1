"""Runs the Pact specification's own test cases against the matcher: python specification.py FOLDER.

The folder is a checkout of pact-foundation/pact-specification's branches as version-2, version-3 and version-4,
each with its `testcases`. Exits with 1 when the matcher disagrees with a case that isn't listed in `KEPT`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pactape.exchange import Request, Response
from pactape.matching import Message, MessageMatcher, RequestMatcher, ResponseMatcher
from pactape.matching.reading import read_body, read_headers, read_query

#: Cases that the matcher answers otherwise on purpose, by "version/path", with the reason.
KEPT: dict[str, str] = {}
VERSIONS = {"version-2": 2, "version-3": 3, "version-4": 4}


def main() -> int:
    """Run every case; the exit code says whether all agree."""
    root = Path(sys.argv[1])
    cases = [path for version in VERSIONS for path in sorted((root / version / "testcases").rglob("*.json"))]
    if not cases:
        print(f"{root} holds no version-N/testcases", file=sys.stderr)
        return 2
    wrong = [name for path in cases if (name := path.relative_to(root).as_posix()) and not agrees(path, root)]
    unexpected = [name for name in wrong if name not in KEPT]
    for name in wrong:
        print(f"{name}: {KEPT.get(name, 'disagrees')}")
    stale = sorted(KEPT.keys() - set(wrong))
    for name in stale:
        print(f"{name}: is listed as kept, but agrees")
    print(
        f"{len(cases)} cases, {len(cases) - len(wrong)} agree, {len(wrong) - len(unexpected)} kept on purpose"
    )
    return 1 if unexpected or stale else 0


def agrees(path: Path, root: Path) -> bool:
    """Whether the matcher answers a case as the case wants it."""
    version = VERSIONS[path.relative_to(root).parts[0]]
    kind = path.relative_to(root).parts[2]
    case = json.loads(path.read_text(encoding="utf-8-sig"))
    mismatches = MATCH[kind](case["expected"], case["actual"], version)
    return (not mismatches) is case["match"]


def _request(expected: dict[str, Any], actual: dict[str, Any], version: int) -> list[Any]:
    query = urlencode(
        [(name, text) for name, values in read_query(actual.get("query")).items() for text in values]
    )
    request = Request(
        method=actual.get("method", "GET"),
        url=f"http://provider.example{actual.get('path', '/')}" + (f"?{query}" if query else ""),
        headers=_headers(actual),
        body=_body(actual, version),
    )
    return RequestMatcher(expected, version).mismatches(request)


def _response(expected: dict[str, Any], actual: dict[str, Any], version: int) -> list[Any]:
    response = Response(
        status=actual.get("status", 200), headers=_headers(actual), body=_body(actual, version)
    )
    return ResponseMatcher(expected, version).mismatches(response)


def _message(expected: dict[str, Any], actual: dict[str, Any], version: int) -> list[Any]:
    metadata = dict(actual.get("metadata") or actual.get("metaData") or {})
    if isinstance(actual.get("contents"), dict) and "contentType" in actual["contents"]:
        metadata.setdefault("contentType", actual["contents"]["contentType"])
    body = read_body(actual, version, key="contents", content_type=metadata.get("contentType"))
    return MessageMatcher(expected, version).mismatches(Message(contents=body.data or b"", metadata=metadata))


def _headers(actual: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = [
        (name, value) for name, values in read_headers(actual.get("headers")).items() for value in values
    ]
    body = actual.get("body")
    declared = body.get("contentType") if isinstance(body, dict) else None
    if declared and "content-type" not in {name.lower() for name, _ in pairs}:
        pairs.append(("Content-Type", declared))
    return tuple(pairs)


def _body(actual: dict[str, Any], version: int) -> bytes:
    content_type = next((value for name, value in _headers(actual) if name.lower() == "content-type"), None)
    return read_body(actual, version, content_type=content_type).data or b""


MATCH = {"request": _request, "response": _response, "message": _message}

if __name__ == "__main__":
    sys.exit(main())
