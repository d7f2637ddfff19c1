"""The stock command and the stock verifier against the embedded broker, step by step as teams use them.

Exit codes and texts are those of docs.pact.io: the commands' own pages, "Pending pacts", "Work in progress
pacts", "Can I deploy", "Recording deployments and releases".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    from tests.broker.helpers.stock import Outcome, Provider, StockTools

YES = r"Computer says yes \o/"
NO = "Computer says no"
ALL_GOOD = "All required verification results are published and successful"
SELECTORS = ({"mainBranch": True}, {"deployedOrReleased": True})


class Step(NamedTuple):
    """A command and what it must do; texts that begin with "!" must not appear."""

    command: str
    code: int
    texts: tuple[str, ...]


BEFORE_ANY_VERIFICATION = [
    Step("list-environments", 0, ("production", "test")),
    Step(
        "publish one.json -a 1 --branch main --tag dev",
        0,
        ("Created Web version 1 with branch main and tags dev",),
    ),
    Step("publish one.json -a 1 --branch main", 0, ("republished", "no content changes")),
    Step(
        "publish two.json -a 1 --branch main", 1, ("Cannot change the content of the pact for Web version 1",)
    ),
    Step("list-pacticipants", 0, ("Web", "Users")),
    Step("describe-pacticipant --name Web", 0, ("Name: Web", "Main Branch: main")),
    Step("describe-version -a Web", 0, ("1", "dev")),
    Step("list-latest-pact-versions", 0, ("Web", "Users")),
    Step("get-pacts --provider Users", 0, ("Pact between Web (1) and Users",)),
    Step("get-pacts --provider Users --consumer Web --branch main --latest -o json", 0, ("get /users/1",)),
    Step("provider-states list --provider Users", 0, ("a user exists",)),
    Step(
        "can-i-deploy -a Web -e 1 --to-environment test",
        1,
        (NO, "There is no verified pact", "currently in test"),
    ),
    Step(
        "can-i-deploy -a Users -e u1 --to-environment test",
        1,
        ("No pacts or verifications", "version u1 of Users"),
    ),
    Step("can-i-deploy -a Nobody -e 1 --to-environment test", 1, ("Pacticipant Nobody not found",)),
    Step("can-i-deploy -a Web -e 1 --to-environment nowhere", 1, ("'nowhere' does not exist",)),
]
AFTER_THE_FIRST_VERIFICATION = [
    Step(
        "can-i-deploy -a Web -e 1 --to-environment test",
        1,
        (NO, "no version is currently recorded as deployed"),
    ),
    Step("can-i-deploy -a Users -e u1 --to-environment test", 0, (YES, "There are no missing dependencies")),
    Step("can-i-deploy -a Web -e 1 -a Users -e u1", 0, (YES, ALL_GOOD)),
    Step(
        "record-deployment -a Users -e u1 --environment test", 0, ("Recorded deployment of Users version u1",)
    ),
    Step("can-i-deploy -a Web -e 1 --to-environment test", 0, (YES, ALL_GOOD, "u1")),
    Step("can-i-merge -a Web -e 1", 0, (YES, ALL_GOOD)),
    Step("record-deployment -a Web -e 1 --environment test", 0, ("Recorded deployment of Web version 1",)),
    Step("describe-version -a Users --environment test --deployed", 0, ("u1", "Deployed", "test")),
    Step("record-deployment -a Users -e nothing --environment test", 1, ("404",)),
    Step("publish two.json -a 2 --branch main", 0, ("Created Web version 2 with branch main",)),
]
WHILE_PENDING = [
    Step(
        "can-i-deploy -a Web -e 2 --to-environment test",
        1,
        (NO, "There is no verified pact between version 2 of Web"),
    ),
    Step(
        "can-i-merge -a Web -e 2", 1, (NO, "The verification for the pact between version 2 of Web", "failed")
    ),
    Step("can-i-deploy -a Users -e u2 --to-environment test", 0, (YES, ALL_GOOD)),
    Step("create-or-update-version -a Users -e hotfix --branch hotfix", 0, ("Branch 'hotfix'",)),
    Step(
        "can-i-deploy -a Users -e hotfix --to-environment test",
        1,
        (NO, "version of Web currently in test (1)"),
    ),
    Step("publish three.json -a 3 --branch feat/x", 0, ("Created Web version 3 with branch feat/x",)),
]
AT_THE_END = [
    Step("can-i-deploy -a Web -e 2 -a Users -e u4", 0, (YES, ALL_GOOD)),
    Step(
        "record-release -a Users -e u4 --environment production", 0, ("Recorded release of Users version u4",)
    ),
    Step("can-i-deploy -a Web -e 2 --to-environment production", 0, (YES, ALL_GOOD)),
    Step(
        "record-release -a Users -e u5 --environment production", 0, ("Recorded release of Users version u5",)
    ),
    Step(
        "can-i-deploy -a Web -e 2 --to-environment production",
        1,
        (NO, "one of the versions of Users", "failed"),
    ),
    Step("record-support-ended -a Users -e u5 --environment production", 0, ("Recorded support ended",)),
    Step("can-i-deploy -a Web -e 2 --to-environment production", 0, (YES, ALL_GOOD)),
    Step("record-undeployment -a Users --environment test", 0, ("Undeployed Users from test",)),
    Step("record-undeployment -a Users --environment test", 1, ("not currently deployed",)),
    Step(
        "can-i-deploy -a Web -e 1 --to-environment test",
        1,
        (NO, "no version is currently recorded as deployed"),
    ),
    Step("can-i-deploy -a Web -e 1 --to-environment test --ignore Users", 0, (YES,)),
    Step("create-version-tag -a Users -e u4 -t prod", 0, ("Success",)),
    Step("can-i-deploy -a Web -e 2 --to prod", 0, (YES, ALL_GOOD)),
    Step("delete-version-tag -a Users -e u4 -t prod", 0, ("Successfully deleted tag 'prod'",)),
    Step("can-i-deploy -a Web -e 2 --to prod", 1, (NO, "with tag prod (no such version exists)")),
    Step("create-or-update-version -a Web -e 9 --branch side -t spare", 0, ("Branch 'side'", "Tag 'spare'")),
    Step("create-or-update-pacticipant --name Web --main-branch trunk", 0, ("updated successfully",)),
    Step("describe-pacticipant --name Web", 0, ("Main Branch: trunk",)),
    Step("create-environment --name uat --display-name UAT", 0, ("Created uat environment",)),
    Step("create-environment --name uat --display-name UAT", 1, ("already exists",)),
    Step("delete-branch -a Web --branch feat/x", 0, ("Successfully deleted branch 'feat/x'",)),
    Step("delete-branch -a Web --branch feat/x --error-when-not-found true", 1, ("was not found",)),
    Step("get-pacts --provider Users --branch feat/x", 0, ("!Pact between Web (3)",)),
]


@pytest.mark.long
def test_a_team_can_go_from_the_first_contract_to_production(stock: StockTools, provider: Provider) -> None:
    for number, name in ((1, "one"), (2, "two"), (3, "three")):
        stock.write(f"{name}.json", pact_of("Web", "Users", path=f"/users/{number}"))
    _follow(stock, BEFORE_ANY_VERIFICATION)
    _expect(_verify(stock, provider, "u1"), 0, ("is in pending state", "no longer in pending state"))
    _follow(stock, AFTER_THE_FIRST_VERIFICATION)
    _expect(
        _verify(stock, provider, "u2"),
        0,
        ("non-fatal pact failures on pending pacts", "still in pending state"),
    )
    _follow(stock, WHILE_PENDING)
    _expect(_verify(stock, provider, "u3"), 0, ("!get /users/3",))
    since = ("--include-wip-pacts-since", "2020-01-01")
    _expect(_verify(stock, provider, "u3", *since), 0, ("'work in progress' pact", "from branch 'feat/x'"))
    provider.bodies["/users/2"] = {"id": 1}
    _expect(_verify(stock, provider, "u4"), 0, ("no longer in pending state",))
    del provider.bodies["/users/2"]
    _expect(_verify(stock, provider, "u5"), 1, ("previously been successfully verified", "pact failures"))
    _follow(stock, AT_THE_END)


def test_the_scenario_has_at_least_forty_commands() -> None:
    steps = [*BEFORE_ANY_VERIFICATION, *AFTER_THE_FIRST_VERIFICATION, *WHILE_PENDING, *AT_THE_END]
    assert len(steps) + 6 >= 40


def test_environments_can_be_renamed_and_deleted_by_their_uuid(stock: StockTools) -> None:
    creation = stock.broker("create-environment", "--name", "uat", "--display-name", "UAT")
    match = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", creation.text)
    assert match, creation.text
    uuid = match.group()
    renamed = ("--uuid", uuid, "--name", "acceptance", "--display-name", "Acceptance")
    _expect(stock.broker("update-environment", *renamed), 0, ("Updated",))
    _expect(stock.broker("describe-environment", "--uuid", uuid), 0, ("acceptance",))
    _expect(stock.broker("delete-environment", "--uuid", uuid), 0, ("deleted successfully",))
    _expect(stock.broker("describe-environment", "--uuid", uuid), 1, ())


def test_republishing_the_same_contract_keeps_its_results(stock: StockTools, provider: Provider) -> None:
    stock.write("one.json", pact_of("Web", "Users"))
    _follow(stock, [Step("publish one.json -a 1 --branch main", 0, ())])
    _expect(_verify(stock, provider, "u1"), 0, ())
    _follow(
        stock,
        [
            Step("publish one.json -a 2 --branch main", 0, ("Created Web version 2",)),
            Step("can-i-deploy -a Web -e 2 -a Users -e u1", 0, (YES, ALL_GOOD)),
        ],
    )


def test_a_new_provider_branch_inherits_what_other_branches_had_verified(
    stock: StockTools, provider: Provider
) -> None:
    stock.write("one.json", pact_of("Web", "Users"))
    _follow(stock, [Step("publish one.json -a 1 --branch main", 0, ())])
    _expect(_verify(stock, provider, "u1"), 0, ())
    provider.bodies.clear()
    _expect(_verify(stock, provider, "f1", branch="feature"), 1, ("previously been successfully verified",))


def test_merging_joins_the_interactions_of_one_version(stock: StockTools) -> None:
    stock.write("one.json", pact_of("Web", "Users", path="/users/1"))
    stock.write("two.json", pact_of("Web", "Users", path="/users/2"))
    _follow(
        stock,
        [
            Step("publish one.json -a 1 --branch main", 0, ()),
            Step("publish two.json -a 1 --branch main --merge", 0, ("Pact successfully merged",)),
            Step(
                "get-pacts --provider Users --consumer Web --branch main --latest -o json",
                0,
                ("get /users/1", "get /users/2"),
            ),
        ],
    )


def _verify(stock: StockTools, provider: Provider, version: str, *more: str, branch: str = "main") -> Outcome:
    selectors = [
        part for selector in SELECTORS for part in ("--consumer-version-selectors", json.dumps(selector))
    ]
    options = ("--provider-branch", branch, "--enable-pending", *selectors, *more)
    return stock.verify(provider.server_port, "Users", version, *options)


def _follow(stock: StockTools, steps: list[Step]) -> None:
    for step in steps:
        _expect(stock.broker(*step.command.split()), step.code, step.texts, label=step.command)


def _expect(outcome: Outcome, code: int, texts: tuple[str, ...], *, label: str = "verify") -> None:
    report = f"{label}\n{outcome.text}"
    assert outcome.code == code, report
    for text in texts:
        if text.startswith("!"):
            assert text[1:] not in outcome.text, report
        else:
            assert text in outcome.text, f"expected {text!r} of {report}"
