"""The users API verified in this process: the same contract and states, the same verdict as the official one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING

import pytest
from pactape.verification import verify_in_process

from storefront.faults import rename_field
from storefront.users.states import STATES

if TYPE_CHECKING:
    from storefront.users.service import UsersService

ROOT = Path(__file__).resolve().parents[2]
PACT = ROOT / "contracts" / "pacts" / "storefront-web-storefront-users.json"
APPLICATION = """
import os

from storefront.database import Database, database_url
from storefront.users.app import create_app

VARIABLE = "STOREFRONT_STATES_DATABASE_URL"
app = create_app(Database(database_url(os.environ[VARIABLE], variable=VARIABLE)))
"""


def test_the_users_api_keeps_its_contract_in_this_process_too(users_service: UsersService) -> None:
    headers = users_service.authorization()
    result = verify_in_process([PACT], app=users_service.app, states=STATES, headers=headers)
    assert (result.failed, len(result.results) > 0) == ((), True)


@pytest.mark.parametrize("field", ["email", "createdAt", "posts"])
def test_a_renamed_field_is_named_with_the_recording_it_comes_from(
    users_service: UsersService, field: str
) -> None:
    app = rename_field(users_service.app, old=field, new="other")
    headers = users_service.authorization()
    result = verify_in_process([PACT], app=app, states=STATES, headers=headers)
    mismatches = [
        mismatch for failed in result.failed for mismatch in failed.mismatches if field in mismatch.path
    ]
    assert mismatches
    assert all(source.startswith("cassettes/") for mismatch in mismatches for source in mismatch.sources)


@pytest.mark.long
def test_pytest_collects_every_interaction_of_the_committed_contract(
    users_service: UsersService, tmp_path: Path
) -> None:
    (tmp_path / "users_application.py").write_text(APPLICATION, encoding="utf-8")
    token = f"Authorization: {users_service.authorization()['Authorization']}"
    verify = ["--pactape-verify", "users_application:app", "--pactape-verify-header", token]
    command = [sys.executable, "-m", "pytest", "-p", "pactape.plugin", "--rootdir", str(ROOT), "-q"]
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the others take their time
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "STOREFRONT_STATES_DATABASE_URL": users_service.database_url,
    }
    result = run(
        [*command, *verify, str(PACT)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=90,
    )
    assert (result.returncode, b" passed" in result.stdout) == (0, True), result.stdout.decode()
