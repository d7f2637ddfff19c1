"""Test helpers: exchanges to convert, with and without secrets."""

from __future__ import annotations

import json
from typing import Any

from pactape.exchange import Exchange, Request, Response

__all__ = ["SECRETS", "exchange", "secret_exchange"]

SECRETS = ("RAWTOKENabc987x", "BODYSECRETq1w2e3", "QUERYSECRETr4t5", "ANSWERSECRETz6u7")


def exchange(
    path: str, sent: bytes = b"", received: bytes = b"", kind: str = "text/plain", **more: Any
) -> Exchange:
    headers = (("Content-Type", kind), ("X-Request", "a, b"))
    return Exchange(
        request=Request(
            method=more.get("method", "POST"),
            url=f"{more.get('origin', 'https://api.example.com')}{path}",
            headers=headers if sent else headers[1:],
            body=sent,
        ),
        response=Response(
            status=more.get("status", 200),
            headers=(("Content-Type", kind), ("X-Reply", "c")) if received else (("X-Reply", "c"),),
            body=received,
        ),
        cassette="traffic.ndjson",
        index=0,
    )


def secret_exchange() -> Exchange:
    return Exchange(
        request=Request(
            method="POST",
            url=f"https://api.example.com/login?api_key={SECRETS[2]}",
            headers=(("Authorization", f"Bearer {SECRETS[0]}"), ("Content-Type", "application/json")),
            body=json.dumps({"password": SECRETS[1]}).encode(),
        ),
        response=Response(
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=json.dumps({"access_token": SECRETS[3], "id": 7}).encode(),
        ),
        cassette="a",
        index=0,
    )
