"""Programs in texts, such as patches and issues: their statements stay, and the secrets in them are replaced."""

from __future__ import annotations

import json

import pytest
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber

_SECRET = "q8Zr1LmX0vTy7PbKd3Wn9"


def scrubbed(text: str) -> str:
    """The text of a member of a JSON body after scrubbing."""
    body = Scrubber(ScrubRules()).body(json.dumps({"patch": text}).encode(), "application/json")
    return str(json.loads(body)["patch"])


@pytest.mark.parametrize(
    "code",
    [
        "@@ -1,4 +1,4 @@\n+    if token:\n+        headers.update(login(token))\n+    return headers\n",
        "    elif username and password:\n        basic_auth(username, password)\n    else:\n        pass\n",
        "    with open_session as session:\n        session.get(url)\n",
        "recorder = Betamax(session=session)\nclient = Client(auth=auth, token=token)\n",
        "password = params[:password]\nlogin(password)\n",
        "db_password = os.environ[ 'DB_PASSWORD' ]\nconnect(db_password)\n",
        "$password = $_POST['password'];\n$user = 1;\n",
        "let password = String::new();\nlet user = 1;\n",
        'password: "#{password}"\nuser: ada\n',
        "api = Client(\n    session=self, auth=bearer_auth)\n",
        "+def login(user, client_secret='', two_factor_callback=None, github=None):\n+    pass\n",
        f'"metadata": {{\n  "signature": "sha256:{"2a5438fc" * 8}"\n}}\n',
    ],
)
def test_statements_stay(code: str) -> None:
    assert scrubbed(code) == code


@pytest.mark.parametrize(
    "code",
    [
        f"+    if token:\n+        token = '{_SECRET}'\n",
        f'client = Client(auth=auth, token="{_SECRET}")\n',
        f"session = Session()\nsession.token = '{_SECRET}'\n",
    ],
)
def test_secrets_in_statements_are_replaced(code: str) -> None:
    assert _SECRET not in scrubbed(code)
