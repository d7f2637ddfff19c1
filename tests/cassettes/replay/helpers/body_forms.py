"""Test helpers: the libraries, and their ways to be given a body that holds a name and a password."""

from __future__ import annotations

import asyncio
import http.client
import io
import tempfile
import urllib.request
from contextlib import closing
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import botocore.session
import httpx
import requests
import urllib3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    Make = Callable[[str, str], dict[str, Any]]
    Send = Callable[[str, dict[str, Any]], int]

__all__ = ["BODILESS", "FORMS", "OPENED", "SECRET"]

SECONDS = 30
#: The files that a test has open.
OPENED: list[IO[bytes]] = []
SECRET = "hunter2-Zr1LmX0v"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def text(name: str, secret: str) -> str:
    return f'{{"name": "{name}", "password": "{secret}"}}'


def chunks(name: str, secret: str) -> Iterator[bytes]:
    data = text(name, secret).encode()
    yield data[:7]
    yield data[7:]


async def async_chunks(name: str, secret: str) -> AsyncIterator[bytes]:
    for chunk in chunks(name, secret):
        yield chunk


def form_data(name: str, secret: str) -> aiohttp.FormData:
    form = aiohttp.FormData({"name": name, "password": secret})
    form.add_field("file", io.BytesIO(b"\x00\xff hello"), filename="a.bin")
    return form


def multipart(name: str, secret: str) -> aiohttp.MultipartWriter:
    writer = aiohttp.MultipartWriter("form-data")
    for field, value in (("name", name), ("password", secret)):
        writer.append(value).set_content_disposition("form-data", name=field)
    return writer


def opened(name: str, secret: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the library reads it, and the test closes it
    OPENED.append(file)
    file.write(text(name, secret).encode())
    file.seek(0)
    return file


def files(name: str, secret: str) -> dict[str, Any]:
    return {"data": {"name": name, "password": secret}, "files": {"file": ("a.bin", b"\x00\xff hello")}}


def by_requests(url: str, options: dict[str, Any]) -> int:
    return requests.post(url, timeout=SECONDS, **options).status_code


def by_httpx(url: str, options: dict[str, Any]) -> int:
    return httpx.post(url, timeout=SECONDS, trust_env=False, **options).status_code


def by_async_httpx(url: str, options: dict[str, Any]) -> int:
    async def send() -> int:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            return (await client.post(url, **options)).status_code

    return asyncio.run(send())


def by_aiohttp(url: str, options: dict[str, Any]) -> int:
    async def send() -> int:
        arguments = {
            name: make() if name == "data" and callable(make) else make for name, make in options.items()
        }
        async with aiohttp.ClientSession() as session, session.post(url, **arguments) as response:
            return response.status

    return asyncio.run(send())


def by_urllib3(url: str, options: dict[str, Any]) -> int:
    with urllib3.PoolManager() as pool:
        return pool.request("POST", url, timeout=SECONDS, **options).status


def by_urllib(url: str, options: dict[str, Any]) -> int:
    request = urllib.request.Request(url, method="POST", **options)  # noqa: S310 -- http by construction
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 -- as above
        return int(response.status)


def by_http_client(url: str, options: dict[str, Any]) -> int:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=SECONDS)) as connection:
        connection.request("POST", parts.path, **options)
        return connection.getresponse().status


def by_botocore(url: str, options: dict[str, Any]) -> int:
    parts = urlsplit(url)
    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=f"{parts.scheme}://{parts.netloc}",
        region_name="eu-west-1",
        aws_access_key_id="planted",
        aws_secret_access_key="planted",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )
    return int(client.put_object(Bucket="b", Key="k.json", **options)["ResponseMetadata"]["HTTPStatusCode"])


#: The library, and its ways to be given a body that holds a name and a password.
FORMS: dict[str, tuple[Send, Make]] = {
    "requests json": (by_requests, lambda n, s: {"json": {"name": n, "password": s}}),
    "requests bytes": (by_requests, lambda n, s: {"data": text(n, s).encode(), "headers": JSON}),
    "requests str": (by_requests, lambda n, s: {"data": text(n, s), "headers": JSON}),
    "requests bytearray": (
        by_requests,
        lambda n, s: {"data": bytearray(text(n, s).encode()), "headers": JSON},
    ),
    "requests mapping": (by_requests, lambda n, s: {"data": {"name": n, "password": s}}),
    "requests pairs": (by_requests, lambda n, s: {"data": [("name", n), ("password", s)]}),
    "requests files": (by_requests, files),
    "requests file": (by_requests, lambda n, s: {"data": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "requests generator": (by_requests, lambda n, s: {"data": chunks(n, s), "headers": JSON}),
    "httpx json": (by_httpx, lambda n, s: {"json": {"name": n, "password": s}}),
    "httpx bytes": (by_httpx, lambda n, s: {"content": text(n, s).encode(), "headers": JSON}),
    "httpx str": (by_httpx, lambda n, s: {"content": text(n, s), "headers": JSON}),
    "httpx mapping": (by_httpx, lambda n, s: {"data": {"name": n, "password": s}}),
    "httpx files": (by_httpx, files),
    "httpx file": (by_httpx, lambda n, s: {"content": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "httpx generator": (by_httpx, lambda n, s: {"content": chunks(n, s), "headers": JSON}),
    "async httpx json": (by_async_httpx, lambda n, s: {"json": {"name": n, "password": s}}),
    "async httpx files": (by_async_httpx, files),
    "async httpx generator": (by_async_httpx, lambda n, s: {"content": async_chunks(n, s), "headers": JSON}),
    "aiohttp json": (by_aiohttp, lambda n, s: {"json": {"name": n, "password": s}}),
    "aiohttp bytes": (by_aiohttp, lambda n, s: {"data": text(n, s).encode(), "headers": JSON}),
    "aiohttp bytearray": (by_aiohttp, lambda n, s: {"data": bytearray(text(n, s).encode()), "headers": JSON}),
    "aiohttp memoryview": (
        by_aiohttp,
        lambda n, s: {"data": memoryview(text(n, s).encode()), "headers": JSON},
    ),
    "aiohttp str": (by_aiohttp, lambda n, s: {"data": text(n, s), "headers": JSON}),
    "aiohttp mapping": (by_aiohttp, lambda n, s: {"data": {"name": n, "password": s}}),
    "aiohttp pairs": (by_aiohttp, lambda n, s: {"data": [("name", n), ("password", s)]}),
    "aiohttp FormData": (by_aiohttp, lambda n, s: {"data": lambda: form_data(n, s)}),
    "aiohttp mapping with a file": (
        by_aiohttp,
        lambda n, s: {"data": lambda: {"name": n, "password": s, "file": io.BytesIO(b"\x00\xff")}},
    ),
    "aiohttp file": (
        by_aiohttp,
        lambda n, s: {"data": lambda: io.BytesIO(text(n, s).encode()), "headers": JSON},
    ),
    "aiohttp generator": (by_aiohttp, lambda n, s: {"data": lambda: async_chunks(n, s), "headers": JSON}),
    "urllib3 json": (by_urllib3, lambda n, s: {"json": {"name": n, "password": s}}),
    "urllib3 bytes": (by_urllib3, lambda n, s: {"body": text(n, s).encode(), "headers": JSON}),
    "urllib3 bytearray": (by_urllib3, lambda n, s: {"body": bytearray(text(n, s).encode()), "headers": JSON}),
    "urllib3 str": (by_urllib3, lambda n, s: {"body": text(n, s), "headers": JSON}),
    "urllib3 fields": (by_urllib3, lambda n, s: {"fields": {"name": n, "password": s}}),
    "urllib3 file": (by_urllib3, lambda n, s: {"body": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "urllib3 generator": (by_urllib3, lambda n, s: {"body": chunks(n, s), "headers": JSON}),
    "urllib bytes": (by_urllib, lambda n, s: {"data": text(n, s).encode(), "headers": JSON}),
    "urllib file": (by_urllib, lambda n, s: {"data": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "urllib generator": (by_urllib, lambda n, s: {"data": chunks(n, s), "headers": JSON}),
    "http.client bytes": (by_http_client, lambda n, s: {"body": text(n, s).encode(), "headers": JSON}),
    "http.client bytearray": (
        by_http_client,
        lambda n, s: {"body": bytearray(text(n, s).encode()), "headers": JSON},
    ),
    "http.client memoryview": (
        by_http_client,
        lambda n, s: {"body": memoryview(text(n, s).encode()), "headers": JSON},
    ),
    "http.client str": (by_http_client, lambda n, s: {"body": text(n, s), "headers": JSON}),
    "http.client file": (
        by_http_client,
        lambda n, s: {"body": io.BytesIO(text(n, s).encode()), "headers": JSON},
    ),
    "http.client list": (by_http_client, lambda n, s: {"body": list(chunks(n, s)), "headers": JSON}),
    "http.client generator": (by_http_client, lambda n, s: {"body": chunks(n, s), "headers": JSON}),
    "botocore bytes": (
        by_botocore,
        lambda n, s: {"Body": text(n, s).encode(), "ContentType": "application/json"},
    ),
    "botocore file": (
        by_botocore,
        lambda n, s: {"Body": io.BytesIO(text(n, s).encode()), "ContentType": "application/json"},
    ),
    "requests memoryview": (
        by_requests,
        lambda n, s: {"data": memoryview(text(n, s).encode()), "headers": JSON},
    ),
    "requests open file": (by_requests, lambda n, s: {"data": opened(n, s), "headers": JSON}),
    "requests text file": (by_requests, lambda n, s: {"data": io.StringIO(text(n, s)), "headers": JSON}),
    "requests open upload": (
        by_requests,
        lambda n, s: {"data": {"name": n, "password": s}, "files": {"file": ("a.json", opened("f", s))}},
    ),
    "requests list of uploads": (
        by_requests,
        lambda n, s: {
            "data": {"name": n, "password": s},
            "files": [("file", ("a", b"1")), ("file", ("b", s.encode()))],
        },
    ),
    "httpx list": (by_httpx, lambda n, s: {"content": list(chunks(n, s)), "headers": JSON}),
    "httpx open file": (by_httpx, lambda n, s: {"content": opened(n, s), "headers": JSON}),
    "httpx open upload": (
        by_httpx,
        lambda n, s: {"data": {"name": n, "password": s}, "files": {"file": ("a.json", opened("f", s))}},
    ),
    "async httpx bytes": (by_async_httpx, lambda n, s: {"content": text(n, s).encode(), "headers": JSON}),
    "async httpx str": (by_async_httpx, lambda n, s: {"content": text(n, s), "headers": JSON}),
    "async httpx mapping": (by_async_httpx, lambda n, s: {"data": {"name": n, "password": s}}),
    "aiohttp open file": (by_aiohttp, lambda n, s: {"data": lambda: opened(n, s), "headers": JSON}),
    "aiohttp text file": (
        by_aiohttp,
        lambda n, s: {"data": lambda: io.StringIO(text(n, s)), "headers": JSON},
    ),
    "aiohttp payload": (
        by_aiohttp,
        lambda n, s: {"data": lambda: aiohttp.JsonPayload({"name": n, "password": s})},
    ),
    "aiohttp MultipartWriter": (by_aiohttp, lambda n, s: {"data": lambda: multipart(n, s)}),
    "urllib3 memoryview": (
        by_urllib3,
        lambda n, s: {"body": memoryview(text(n, s).encode()), "headers": JSON},
    ),
    "urllib3 list": (by_urllib3, lambda n, s: {"body": list(chunks(n, s)), "headers": JSON}),
    "urllib3 open file": (by_urllib3, lambda n, s: {"body": opened(n, s), "headers": JSON}),
    "urllib3 text file": (by_urllib3, lambda n, s: {"body": io.StringIO(text(n, s)), "headers": JSON}),
    "urllib3 upload": (
        by_urllib3,
        lambda n, s: {"fields": {"name": n, "password": s, "file": ("a.bin", b"\x00\xff hello")}},
    ),
    "urllib3 form": (
        by_urllib3,
        lambda n, s: {"fields": {"name": n, "password": s}, "encode_multipart": False},
    ),
    "urllib bytearray": (by_urllib, lambda n, s: {"data": bytearray(text(n, s).encode()), "headers": JSON}),
    "urllib memoryview": (by_urllib, lambda n, s: {"data": memoryview(text(n, s).encode()), "headers": JSON}),
    "urllib list": (by_urllib, lambda n, s: {"data": list(chunks(n, s)), "headers": JSON}),
    "urllib open file": (by_urllib, lambda n, s: {"data": opened(n, s), "headers": JSON}),
    "urllib form": (by_urllib, lambda n, s: {"data": f"name={n}&password={s}".encode()}),
    "http.client open file": (by_http_client, lambda n, s: {"body": opened(n, s), "headers": JSON}),
    "http.client text file": (
        by_http_client,
        lambda n, s: {"body": io.StringIO(text(n, s)), "headers": JSON},
    ),
    "botocore bytearray": (
        by_botocore,
        lambda n, s: {"Body": bytearray(text(n, s).encode()), "ContentType": "application/json"},
    ),
    "botocore str": (by_botocore, lambda n, s: {"Body": text(n, s), "ContentType": "application/json"}),
    "botocore open file": (
        by_botocore,
        lambda n, s: {"Body": opened(n, s), "ContentType": "application/json"},
    ),
}

#: The libraries, and their ways to be given no body.
BODILESS: dict[str, tuple[Send, dict[str, Any]]] = {
    "requests": (by_requests, {}),
    "requests empty": (by_requests, {"data": b""}),
    "httpx": (by_httpx, {}),
    "async httpx": (by_async_httpx, {}),
    "aiohttp": (by_aiohttp, {}),
    "aiohttp empty": (by_aiohttp, {"data": b""}),
    "urllib3": (by_urllib3, {}),
    "urllib": (by_urllib, {}),
    "http.client": (by_http_client, {}),
    "botocore": (by_botocore, {}),
}
