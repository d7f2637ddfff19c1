"""Test helpers: the settings and the cassette of a small project."""

from __future__ import annotations

CASSETTE = """
interactions:
- request: {method: GET, uri: 'http://users.test/users/7', headers: {Accept: ['*/*']}, body: null}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"id": 7, "email": "ada@example.com"}'}
version: 1
"""


SETTINGS = """
[project]
name = "web"
[tool.pactape.providers.users]
url = "http://users.test"
"""
