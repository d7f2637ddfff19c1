"""Test helpers: the same two exchanges as each recorder writes them.

The first creates a user with a JSON body, the second reads it.
"""

from __future__ import annotations

import base64
import json
from typing import Any

__all__ = ["BASE_URL", "CREATED", "READ_BODY", "SAMPLES", "SENT"]

BASE_URL = "https://api.example.com"
SENT = b'{"name":"Ada"}'
CREATED = b'{"id":7,"name":"Ada"}'
READ_BODY = b'{"id":7,"name":"Ada","tags":["a","b"]}'
_CREATE, _READ = f"{BASE_URL}/users", f"{BASE_URL}/users/7?full=true"
_TYPE = "application/json"


def _har_headers(**values: str) -> list[dict[str, str]]:
    return [{"name": name.replace("_", "-"), "value": value} for name, value in values.items()]


def _har_created() -> dict[str, Any]:
    return {
        "startedDateTime": "2026-01-31T12:00:00.123Z",
        "request": {
            "method": "POST",
            "url": _CREATE,
            "headers": _har_headers(Content_Type=_TYPE),
            "postData": {"mimeType": _TYPE, "text": SENT.decode()},
        },
        "response": {
            "status": 201,
            "headers": _har_headers(Content_Type=_TYPE),
            "content": {"mimeType": _TYPE, "size": len(CREATED), "text": CREATED.decode()},
        },
    }


def _har_read() -> dict[str, Any]:
    text = base64.b64encode(READ_BODY).decode()
    content = {"mimeType": _TYPE, "size": len(READ_BODY), "encoding": "base64", "text": text}
    return {
        "startedDateTime": "2026-01-31T12:00:01Z",
        "request": {"method": "GET", "url": _READ, "headers": _har_headers(Accept=_TYPE)},
        "response": {"status": 200, "headers": _har_headers(Content_Type=_TYPE), "content": content},
    }


def _har(**more: Any) -> dict[str, Any]:
    log = {"version": "1.2", "creator": {"name": "a browser", "version": "1"}}
    return {"log": {**log, "entries": [_har_created(), _har_read()], **more}}


def _polly() -> dict[str, Any]:
    return _har(creator={"name": "Polly.JS", "version": "5.1.0"}, _recordingName="users/reads a user")


def _vcr_interactions(*, old_betamax: bool = False, rvcr: bool = False) -> list[dict[str, Any]]:
    def status(code: int) -> dict[str, Any]:
        return {"status_code": code} if old_betamax else {"status": {"code": code, "message": "OK"}}

    def values(**headers: str) -> dict[str, Any]:
        pairs = {name.replace("_", "-"): value for name, value in headers.items()}
        return dict(pairs) if old_betamax else {name: [value] for name, value in pairs.items()}

    encoded = {"encoding": "UTF-8", "base64_string": base64.b64encode(READ_BODY).decode()}
    return [
        {
            "request": {
                "method": "post",
                "uri": _CREATE,
                "body": {"encoding": "UTF-8", "string": SENT.decode()},
                "headers": values(Content_Type=_TYPE),
            },
            "response": {
                **status(201),
                "headers": values(Content_Type=_TYPE),
                "body": {"encoding": "ASCII-8BIT", "string": CREATED.decode()},
            },
            "recorded_at": "Sat, 31 Jan 2026 12:00:00 GMT",
        },
        {
            "request": {
                "method": "get",
                "uri": _READ,
                "body": "" if rvcr else {"encoding": "US-ASCII", "string": ""},
                "headers": values(Accept=_TYPE),
            },
            "response": {**status(200), "headers": values(Content_Type=_TYPE), "body": encoded},
            "recorded_at": "Sat, 31 Jan 2026 12:00:01 GMT",
        },
    ]


def _mockserver() -> list[dict[str, Any]]:
    return [
        {
            "httpRequest": {
                "method": "POST",
                "path": "/users",
                "headers": {"Content-Type": [_TYPE]},
                "body": {"type": "JSON", "json": SENT.decode()},
            },
            "httpResponse": {
                "statusCode": 201,
                "headers": {"Content-Type": [_TYPE]},
                "body": {"type": "BINARY", "base64Bytes": base64.b64encode(CREATED).decode()},
            },
        },
        {
            "httpRequest": {
                "method": "GET",
                "path": "/users/7",
                "queryStringParameters": {"full": ["true"]},
                "headers": [{"name": "Accept", "values": [_TYPE]}],
            },
            "httpResponse": {"headers": {"Content-Type": [_TYPE]}, "body": READ_BODY.decode()},
        },
    ]


def _nock() -> list[dict[str, Any]]:
    return [
        {
            "scope": f"{BASE_URL}:443",
            "method": "post",
            "path": "/users",
            "body": json.loads(SENT),
            "status": 201,
            "reqheaders": {"content-type": _TYPE},
            "response": json.loads(CREATED),
            "rawHeaders": ["Content-Type", _TYPE],
        },
        {
            "scope": f"{BASE_URL}:443",
            "method": "GET",
            "path": "/users/7?full=true",
            "body": "",
            "status": 200,
            "reqheaders": {"accept": _TYPE},
            "response": READ_BODY.hex(),
            "responseIsBinary": True,
            "headers": {"Content-Type": _TYPE},
        },
    ]


def _hoverfly() -> dict[str, Any]:
    def exact(value: str) -> list[dict[str, str]]:
        return [{"matcher": "exact", "value": value}]

    def request(method: str, path: str, **more: Any) -> dict[str, Any]:
        address = {"scheme": exact("https"), "destination": exact("api.example.com"), "path": exact(path)}
        return {"method": exact(method), **address, **more}

    return {
        "data": {
            "pairs": [
                {
                    "request": request(
                        "POST",
                        "/users",
                        headers={"Content-Type": exact(_TYPE)},
                        body=[{"matcher": "json", "value": SENT.decode()}],
                    ),
                    "response": {
                        "status": 201,
                        "headers": {"Content-Type": [_TYPE]},
                        "body": CREATED.decode(),
                    },
                },
                {
                    "request": request(
                        "GET", "/users/7", query={"full": exact("true")}, headers={"Accept": exact(_TYPE)}
                    ),
                    "response": {
                        "status": 200,
                        "headers": {"Content-Type": [_TYPE]},
                        "encodedBody": True,
                        "body": base64.b64encode(READ_BODY).decode(),
                    },
                },
            ]
        },
        "meta": {"schemaVersion": "v5.2"},
    }


def _wiremock() -> dict[str, Any]:
    return {
        "mappings": [
            {
                "request": {
                    "url": "/users",
                    "method": "POST",
                    "headers": {"Content-Type": {"equalTo": _TYPE}},
                    "bodyPatterns": [{"equalToJson": SENT.decode()}],
                },
                "response": {
                    "status": 201,
                    "headers": {"Content-Type": _TYPE},
                    "jsonBody": json.loads(CREATED),
                },
            },
            {
                "request": {
                    "urlPath": "/users/7",
                    "method": "GET",
                    "queryParameters": {"full": {"equalTo": "true"}},
                    "headers": {"Accept": {"equalTo": _TYPE}},
                },
                "response": {
                    "status": 200,
                    "headers": {"Content-Type": [_TYPE]},
                    "base64Body": base64.b64encode(READ_BODY).decode(),
                },
            },
        ]
    }


def _postman_header(name: str) -> list[dict[str, str]]:
    return [{"key": name, "value": _TYPE}]


def _postman_created() -> dict[str, Any]:
    original = {
        "method": "POST",
        "url": {"raw": "{{host}}/users"},
        "header": _postman_header("Content-Type"),
        "body": {"mode": "raw", "raw": SENT.decode()},
    }
    saved = {"originalRequest": original, "code": 201, "header": _postman_header("Content-Type")}
    request = {"method": "POST", "url": _CREATE}
    return {"name": "create", "request": request, "response": [{**saved, "body": CREATED.decode()}]}


def _postman_read() -> dict[str, Any]:
    url = {"raw": "{{host}}/users/:id?full=true", "variable": [{"key": "id", "value": "7"}]}
    original = {"method": "GET", "url": url, "header": _postman_header("Accept")}
    saved = {"originalRequest": original, "code": 200, "header": _postman_header("Content-Type")}
    return {"name": "read", "response": [{**saved, "body": READ_BODY.decode()}]}


def _postman() -> dict[str, Any]:
    return {
        "info": {"name": "users", "schema": "v2.1.0"},
        "variable": [{"key": "host", "value": BASE_URL}],
        "item": [{"name": "users", "item": [_postman_created(), _postman_read()]}],
    }


def _ndjson() -> str:
    lines = [
        {
            "request": {
                "method": "POST",
                "url": _CREATE,
                "headers": {"Content-Type": _TYPE},
                "body": SENT.decode(),
            },
            "response": {"status": 201, "headers": [["Content-Type", _TYPE]], "body": CREATED.decode()},
            "recorded_at": "2026-01-31T12:00:00Z",
        },
        {
            "request": {"method": "GET", "url": _READ, "headers": [["Accept", _TYPE]]},
            "response": {
                "status": 200,
                "headers": {"Content-Type": [_TYPE]},
                "body_base64": base64.b64encode(READ_BODY).decode(),
            },
        },
    ]
    return "\n\n".join(map(json.dumps, lines)) + "\n"


_GO_VCR = f"""---
version: 2
interactions:
    - id: 0
      request:
        body: |
            {SENT.decode()}
        headers:
            Content-Type:
                - {_TYPE}
        url: {_CREATE}
        method: POST
      response:
        body: '{CREATED.decode()}'
        headers:
            Content-Type:
                - {_TYPE}
        status: 201 Created
        code: 201
        duration: 12ms
    - id: 1
      request:
        body: ""
        headers:
            Accept:
                - {_TYPE}
        url: {_READ}
        method: GET
      response:
        body: '{READ_BODY.decode()}'
        headers:
            Content-Type:
                - {_TYPE}
        status: 200 OK
        code: 200
        duration: 12ms
"""
_KEPLOY = f"""version: api.keploy.io/v1beta1
kind: Http
name: test-1
spec:
    req:
        method: POST
        url: {_CREATE}
        header:
            Content-Type: {_TYPE}
        body: '{SENT.decode()}'
        timestamp: 2026-01-31T12:00:00.743928985Z
    resp:
        status_code: 201
        header:
            Content-Type: {_TYPE}
        body: '{CREATED.decode()}'
---
version: api.keploy.io/v1beta1
kind: Http
name: mock-1
spec:
    metadata:
        type: HTTP_CLIENT
    req:
        method: GET
        url: /users/7?full=true
        header:
            Accept: {_TYPE}
    resp:
        status_code: 200
        header:
            Content-Type: {_TYPE}
        body: '{READ_BODY.decode()}'
"""
_BRUNO = f"""meta {{
  name: users
  type: http
}}

example {{
  name: create
  request: {{
    url: {_CREATE}
    method: post
    mode: json
    headers: {{
      Content-Type: "{_TYPE}",
    }}
    body:json: {{
      {SENT.decode()}
    }}
  }}

  response: {{
    status: {{
      code: 201
      text: Created
    }}
    body: {{
      type: json
      content: '''
        {CREATED.decode()}
      '''
    }}
  }}
}}

example {{
  name: read
  request: {{
    url: {_READ}
    method: get
    mode: none
    headers: {{
      Accept: {_TYPE}
    }}
  }}
  response: {{
    headers: {{
      Content-Type: {_TYPE}
    }}
    status: {{
      code: OK
      text: 200
    }}
    body: {{
      type: json
      content: '''
        {READ_BODY.decode()}
      '''
    }}
  }}
}}
"""

#: A file for each format: its name, which no reader looks at, and its text.
SAMPLES: dict[str, str] = {
    "har": json.dumps(_har()),
    "polly": json.dumps(_polly()),
    "vcr-ruby": json.dumps({"http_interactions": _vcr_interactions(), "recorded_with": "VCR 6.0.0"}),
    "rvcr": json.dumps({"http_interactions": _vcr_interactions(rvcr=True), "recorded_with": "rVCR 0.2.1"}),
    "betamax": json.dumps({"http_interactions": _vcr_interactions(), "recorded_with": "betamax/0.8.1"}),
    "betamax (old)": json.dumps(
        {"http_interactions": _vcr_interactions(old_betamax=True), "recorded_with": "betamax/0.1.0"}
    ),
    "go-vcr": _GO_VCR,
    "mockserver": json.dumps(_mockserver()),
    "nock": json.dumps(_nock()),
    "hoverfly": json.dumps(_hoverfly()),
    "wiremock": json.dumps(_wiremock()),
    "postman": json.dumps(_postman()),
    "ndjson": _ndjson(),
    "keploy": _KEPLOY,
    "bruno": _BRUNO,
}
