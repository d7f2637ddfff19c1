"""Which version of the project this is: git's commit and branch, and the CI's word for a detached head."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["branch_of", "build_url_of", "commit_of"]

_BRANCHES = (
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_COMMIT_REF_NAME",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "BITBUCKET_BRANCH",
    "TRAVIS_BRANCH",
    "BUILD_SOURCEBRANCHNAME",
    "BRANCH_NAME",
)
_BUILD_URLS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",
    "{BUILDKITE_BUILD_URL}",
    "{CIRCLE_BUILD_URL}",
    "{BITBUCKET_GIT_HTTP_ORIGIN}/addon/pipelines/home#!/results/{BITBUCKET_BUILD_NUMBER}",
    "{TRAVIS_BUILD_WEB_URL}",
    "{SYSTEM_TEAMFOUNDATIONSERVERURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{BUILD_URL}",
)


def commit_of(project: Path) -> str:
    """The commit that the project's folder is at, 40 hex digits.

    Raises:
        BadInputError: It isn't a git repository, has no commit, or has changes that no commit holds.
    """
    commit = _git(project, "rev-parse", "HEAD")
    if commit is None:
        raise BadInputError(
            "is not a git repository with a commit", where=project, remedy="name the version with --version"
        )
    changes = (_git(project, "status", "--porcelain") or "").splitlines()
    if changes:
        raise BadInputError(
            f"has {len(changes)} uncommitted change(s), first {changes[0][3:]}",
            where=project,
            remedy="commit or remove the changes, or name the version with --version",
        )
    return commit


def branch_of(project: Path, environment: Mapping[str, str]) -> str | None:
    """The branch that is checked out; in a CI that checks out a commit, the branch that the CI names."""
    branch = _git(project, "symbolic-ref", "--short", "--quiet", "HEAD")
    return branch or next((environment[name] for name in _BRANCHES if environment.get(name)), None)


def build_url_of(environment: Mapping[str, str]) -> str | None:
    """The address of the CI's build, by the variables of the common CI systems; None outside of one.

    Example:
        >>> build_url_of({"CI_JOB_URL": "https://gitlab.example.com/jobs/7"})
        'https://gitlab.example.com/jobs/7'
    """
    for template in _BUILD_URLS:
        try:
            url = template.format_map(environment)
        except KeyError:
            continue
        if url:
            return url
    return None


def _git(project: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 -- fixed arguments
            ["git", "-C", str(project), *arguments],  # noqa: S607 -- the user's own git
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BadInputError(
            "git is not installed", remedy="install git, or name the version with --version"
        ) from None
    return done.stdout.rstrip() if done.returncode == 0 else None
