"""Which version of a project this is: git's commit and branch, and the CI's variables for a detached head."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["branch_of", "build_url_of", "check_committed", "commit_of"]

#: The variables of CI systems that hold a branch; before a pull request's merge branch comes its source branch.
_BRANCHES = (
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "BITBUCKET_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "TRAVIS_BRANCH",
    "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH",
    "APPVEYOR_REPO_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "BUILD_SOURCEBRANCH",
    "DRONE_SOURCE_BRANCH",
    "DRONE_BRANCH",
    "CHANGE_BRANCH",
    "BRANCH_NAME",
    "GIT_BRANCH",
)
#: A variable that, with this value, says that the build is one of a tag, which belongs to no branch.
_TAG_BUILDS = {
    "GITHUB_REF_TYPE": "tag",
    "CI_COMMIT_TAG": None,
    "BUILDKITE_TAG": None,
    "CIRCLE_TAG": None,
    "BITBUCKET_TAG": None,
    "TRAVIS_TAG": None,
    "APPVEYOR_REPO_TAG_NAME": None,
    "DRONE_TAG": None,
    "TAG_NAME": None,
}
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
_HEADS, _REMOTE, _REFS = "refs/heads/", "origin/", "refs/"


def commit_of(project: Path) -> str:
    """Return the commit that is checked out, 40 hex digits.

    Raises:
        BadInputError: The project isn't in a git repository with a commit, or a file that git tracks has changes.
    """
    commit = _git(project, "rev-parse", "HEAD")
    if commit is None:
        raise BadInputError(
            "is not a git repository with a commit", where=project, remedy="give the version with --version"
        )
    changes = (_git(project, "status", "--porcelain", "--untracked-files=no") or "").splitlines()
    if changes:
        raise BadInputError(
            f"has uncommitted changes in {len(changes)} tracked file(s), the first of them {changes[0][3:]}",
            where=project,
            remedy="commit or revert the changes, or give the version with --version",
        )
    return commit


def check_committed(project: Path, files: Iterable[Path]) -> None:
    """Check that git tracks files: a commit's hash doesn't identify the contents of a file that it doesn't have.

    Raises:
        BadInputError: git doesn't track one of them.
    """
    for file in files:
        if _git(project, "ls-files", "--error-unmatch", "--", str(file.resolve())) is None:
            raise BadInputError(
                "is not committed, so the commit can't be its version",
                where=file,
                remedy="commit the file, or give the version with --version",
            )


def branch_of(project: Path, environment: Mapping[str, str]) -> str | None:
    """Return the branch that is checked out; where a CI checks out a commit, the branch that the CI names.

    Returns:
        None for a build of a tag, and where nothing names a branch.
    """
    branch = _git(project, "symbolic-ref", "--short", "--quiet", "HEAD")
    return branch or _branch_of_ci(environment)


def _branch_of_ci(environment: Mapping[str, str]) -> str | None:
    for name, value in _TAG_BUILDS.items():
        if environment.get(name) and value in {None, environment[name]}:
            return None
    for name in _BRANCHES:
        branch = environment.get(name, "").removeprefix(_HEADS).removeprefix(_REMOTE)
        if branch and not branch.startswith(_REFS):  # refs/tags/… and refs/pull/… aren't branches
            return branch
    return None


def build_url_of(environment: Mapping[str, str]) -> str | None:
    """Return the URL of the CI's build, by the variables of the common CI systems; None outside of a CI.

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
            "git is not installed", remedy="install git, or give the version with --version"
        ) from None
    return done.stdout.rstrip() if done.returncode == 0 else None
