"""Test helpers: hostile texts of any size, which take long when regular expressions or loops are not linear."""

from __future__ import annotations

import base64
import json
import random
import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HOSTILE_TEXTS"]

_LETTERS = string.ascii_letters + string.digits
#: Texts that are repeated until the size is reached.
_REPEATED = (
    *"&=/:<>{}[]%\"'\\;,.-_@+#?!~*()| \t\n\r$ax0A",
    *("a=", "a=b&", "a:", "a: ", "a.b.c.", "token=", "token: ", "password=x ", "password is ", "bearer "),
    *("eyJ", "eyJhbGciOi.", "eyJhbGciOi.aa.", "eyJ-", "http://a", "://", "h://", ";a=b/", "#?"),
    *("%41", "%25", "%22", "%7B%22a%22%3A", "%252525", '"a" ', '\\"', 'a="', 'password="', "password='"),
    *('{"', '["', '{"a":1}', '{"a":', "[-", "[[1],", 'x {"a": 1} y ', 'x {"a: 1} y ', "a-", "a_", "aB"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA ", "-----END PRIVATE KEY-----", "--b\r\n", "--token "),
    *("-u a:", "a:b@", "IDENTIFIED BY '", "a:1:b:c:", "a:1:b:c:d\n", "ENV KEY ", "\nENV AKEY x", "1234 "),
    *("<a>b</a>", "<a ", '<a b="', "<a><![CDATA[x]]></a>", "<a><![CDATA[", "<a/><!-- ", "&amp;"),
    *('<script>{"a":1}</script>', "<password>x</password>", "<name>a</name><value>b</value>"),
    *("password:\n", "- a: b\n", "[a]\nb = c\n", '{"a":1,"password":"x"}\n', 'data: {"a":1}\n\n', "$a"),
    *("$2a$10$", "$ANSIBLE_VAULT", "{SHA}", "xoxb-", "ghp_", "AKIA", "sk-", "pypi-AgE", "bot123456:"),
    *("your code is 123456 ", "login code ", "123456 is your ", "data:a;base64,", "data:;", "token/"),
    *(
        "Cookie: a=b; c=d\n",
        "\\u0041",
        "\\n",
        "1-",
        "a.",
        "/reset/abcdefghijklmnopqrst",
        "\u00e9",
        "\U0001f600",
    ),
)


def _repeat(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def _random(size: int) -> str:
    return "".join(random.Random(size).choices(_LETTERS, k=size))  # noqa: S311 -- no secret


def _json_in_json(size: int) -> str:
    text = json.dumps({"password": "q8Zr1LmX0vTy7PbK"})
    while len(text) < size:
        text = json.dumps({"a": text})
    return text


def _csv(size: int) -> str:
    cells = _random(size)
    rows = (f"{cells[at : at + 5]},{cells[at + 5 : at + 17]}\n" for at in range(0, size - 19, 19))
    return f"name,password\n{''.join(rows)}"


def _distinct(line: str) -> Callable[[int], str]:
    """Lines that differ: `{number}` and `{text}` are others in each."""

    def build(size: int) -> str:
        text = _random(size)
        count = size // (len(line) + 4)
        return "".join(
            line.format(number=number, text=text[number * 7 : number * 7 + 12]) for number in range(count)
        )

    return build


def _rows(row: str, head: str = "") -> Callable[[int], str]:
    return lambda size: head + row * (size // len(row))


HOSTILE_TEXTS: dict[str, Callable[[int], str]] = {
    **{f"{unit!r} repeated": _repeat(unit) for unit in _REPEATED},
    "random letters and digits": _random,
    "random characters": lambda size: "".join(
        random.Random(1).choices(string.printable, k=size)  # noqa: S311 -- no secret
    ),
    "a run of base64": lambda size: base64.b64encode(_random(size * 3 // 4).encode()).decode(),
    "base64 of documents": lambda size: base64.b64encode(
        _repeat('{"pin": 1234} ')(size * 3 // 4).encode()
    ).decode(),
    "nested lists": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "nested objects": lambda size: '{"a":' * (size // 6) + "1" + "}" * (size // 6),
    "nested secrets": lambda size: '{"secret":' * (size // 11) + "1" + "}" * (size // 11),
    "nested elements": lambda size: "<a>" * (size // 7) + "</a>" * (size // 7),
    "JSON in JSON": _json_in_json,
    "a string of escapes": lambda size: '"' + "\\u0041" * (size // 6) + '"',
    "a member of escaped quotes": lambda size: '{"a":"' + '\\"' * (size // 2) + '"}',
    "a string without an end": lambda size: '{"a":"' + "x" * size,
    "numbers": lambda size: "[" + "1," * (size // 2) + "1]",
    "a member twice": lambda size: "{" + ",".join(['"a":1'] * (size // 6)) + "}",
    "a document and more": lambda size: json.dumps(list(range(size // 7))) + "x",
    "lists without an end": lambda size: "x " + "[1," * (size // 3),
    "attributes": lambda size: "<a " + 'b="c" ' * (size // 6) + "/>",
    "attributes without quotes": lambda size: "<a " + "b=c" * (size // 3) + ">",
    "a tag of spaces": lambda size: "<a" + " " * size + "/>",
    "a quote in a tag": lambda size: "<a " + "'" * size,
    "lines of spaces": _rows("a: b" + " " * 5000 + "c\n"),
    "lines of tabs": _rows("a: b" + "\t" * 50_000 + "c\n"),
    "names of spaces": _rows("a" + " " * 5000 + "c\n"),
    "lines of comments": _rows("a: b #" + " #" * 3000 + "\n", "x\n"),
    "a block of YAML": _rows("  abc def\n", "password: |\n"),
    "deep YAML": lambda size: "".join(" " * (at % 300) + "a:\n" for at in range(size // 150)),
    "a table": _csv,
    "lines of cookies": _distinct("Cookie: a{number}={text}; theme=dark\n"),
    "lines of secrets": _distinct("K{number}_SECRET={text}\n"),
    "lines of names": _distinct("key{number}: {text}\n"),
    "lines of documents": _distinct('{{"id":{number},"name":"{text}"}}\n'),
    "lines of documents with secrets": _distinct('{{"id":{number},"password":"{text}"}}\n'),
    "events": _distinct('data: {{"id":{number},"text":"{text}"}}\n\n'),
    "items with secrets": _distinct("- id: {number}\n  password: {text}\n"),
    "URLs with tokens": _distinct("https://a.test/x?token={text}\n"),
    "URLs in URLs with tokens": _distinct(
        "https://a.test/?u=https%3A%2F%2Fb.test%2F%3Ftoken%3D{text}%26a%3D{number}\n"
    ),
    "scripts with secrets": _distinct('<script>a({{"password":"{text}","id":{number}}})</script>'),
    "cells behind labels": _distinct("<tr><td>API key:</td><td>{text}{number}</td></tr>"),
    "entities of elements": _distinct("<b>&lt;password&gt;{text}&lt;/password&gt;{number}</b>"),
    "blocks of secrets": _distinct("password{number}: |\n  {text}\n"),
    "marked keys": _distinct("? password{number}\n: {text}\n"),
    "members of PHP": _distinct('s:8:"password";s:12:"{text}";i:{number};'),
    "commands": _distinct("curl -H 'X-Api-Key: {text}' -u a:{text} https://a.test/{number}\n"),
    "fields of forms in JSON": _distinct('{{"a":"token={text}&id={number}"}}\n'),
    "strings of documents": lambda size: json.dumps(
        [json.dumps({"password": f"{at:012}", "id": at}) for at in range(size // 50)]
    ),
    "hexadecimal digits of documents": lambda size: _repeat('{"pin": 1234} ')(size // 2).encode().hex(),
    "names with numbers": lambda size: json.dumps({f"token{at}": f"t{at}" for at in range(size // 22)}),
    "credentials": _distinct("Bearer {text}{text} "),
    "emoji and secrets": _distinct('{{"a":"\U0001f600","password":"{text}"}}\n'),
    "a table of quotes": lambda size: "name,token\n" + '"' * size,
    "rows of other lengths": _rows("a,b,c,d,e,f\n", "name,token\n"),
    "a GraphQL document": lambda size: "query a($b: String) { " + 'a(b: "c") ' * (size // 10) + "}",
    "GraphQL without an end": lambda size: "{ a(" + "b: [" * (size // 4),
    "GraphQL comments": lambda size: "#a\n" * (size // 3) + "{a(",
    "a URL of a long path": lambda size: "https://example.com/" + "a/" * (size // 2),
    "a URL of many users": lambda size: "https://" + "a@" * (size // 2),
    "a URL of fragments": lambda size: "https://a/#" + "a?b#" * (size // 4),
    "URLs in URLs": lambda size: "https://a/?u=" * (size // 13),
    "a key without an end": lambda size: "-----BEGIN PRIVATE KEY-----\n" + "abcd\n" * (size // 5),
    "a multipart body": lambda size: (
        '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * (size // 56)
    ),
}
