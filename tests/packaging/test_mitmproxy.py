"""Flow dumps that mitmproxy itself wrote, read in an environment that has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.packaging.helpers.installed import run_with_library

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long
#: Writes flows of all kinds, reads them with Pactape, and prints what was read.
PROGRAM = """
import gzip, json, sys
from pathlib import Path
from mitmproxy.http import Headers
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from pactape.recorders import read_recording

def answered(body, *headers):
    flow = tflow.tflow(resp=True)
    flow.request.url = "https://api.example.com/users/1?x=a%20b"
    flow.response.headers = Headers([(b"content-type", b"application/json"), *headers])
    flow.response.raw_content = body
    return flow

zipped = gzip.compress(b'{"a":1}')
flows = [
    answered(b'{"a":1}'), answered(zipped, (b"content-encoding", b"gzip")), answered(None),
    tflow.tflow(), tflow.twebsocketflow(), tflow.ttcpflow(),
]
path = Path("flows.mitm")
with path.open("wb") as file:
    for each in flows:
        FlowWriter(file).add(each)
read = read_recording(path)
print(json.dumps({
    "tool": read.tool,
    "exchanges": [[each.request.url, each.response.body.decode(), each.unrecorded] for each in read.exchanges],
    "skipped": [each.reason for each in read.skipped],
}))
"""


def test_flows_that_mitmproxy_wrote_are_read(tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(run_with_library(tmp_path, "mitmproxy", PROGRAM))
    url = "https://api.example.com/users/1?x=a%20b"
    assert found == {
        "tool": "mitmproxy",
        "exchanges": [[url, '{"a":1}', []], [url, '{"a":1}', []], [url, "", ["response body"]]],
        "skipped": ["has no response", "is a WebSocket connection", "is not HTTP: TCPFlow"],
    }
