"""The broker's tables: content-addressed contracts, and results that refer to the content."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TEXT

__all__ = [
    "branch_versions",
    "branches",
    "contents",
    "deliveries",
    "environments",
    "integrations",
    "labels",
    "metadata",
    "pacticipants",
    "placements",
    "publications",
    "results",
    "successes",
    "tags",
    "versions",
    "webhooks",
]

metadata = MetaData()

# Names and times are compared byte by byte in both databases; in SQLite, this is the default.
_TEXT = String().with_variant(TEXT(collation="C"), "postgresql")


def _reference(name: str, column: str) -> Column[int]:
    return Column(name, Integer, ForeignKey(column, ondelete="CASCADE"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, _TEXT, nullable=nullable)


pacticipants = Table(
    "pacticipants",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", _TEXT, nullable=False, unique=True),
    _text("display_name"),
    _text("main_branch", nullable=True),
    _text("repository_url", nullable=True),
    _text("created_at"),
    _text("repository_name", nullable=True),
    _text("repository_namespace", nullable=True),
)

labels = Table(
    "labels",
    metadata,
    _reference("pacticipant_id", "pacticipants.id"),
    _text("name"),
    _text("created_at", nullable=True),  # unknown of labels from before version 4
    UniqueConstraint("pacticipant_id", "name"),
)

# A pacticipant's versions are ordered by creation, which is the order of their ids.
versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    _reference("pacticipant_id", "pacticipants.id"),
    _text("number"),
    _text("build_url", nullable=True),
    _text("created_at"),
    UniqueConstraint("pacticipant_id", "number"),
    Index("versions_by_pacticipant", "pacticipant_id", "id"),
    sqlite_autoincrement=True,
)

branches = Table(
    "branches",
    metadata,
    Column("id", Integer, primary_key=True),
    _reference("pacticipant_id", "pacticipants.id"),
    _text("name"),
    _text("created_at"),
    UniqueConstraint("pacticipant_id", "name"),
)

branch_versions = Table(
    "branch_versions",
    metadata,
    _reference("branch_id", "branches.id"),
    _reference("version_id", "versions.id"),
    UniqueConstraint("branch_id", "version_id"),
    Index("branch_versions_by_version", "version_id"),
)

# The pacticipant is a column here, too, so that the index finds the latest version with a tag among many.
tags = Table(
    "tags",
    metadata,
    _reference("pacticipant_id", "pacticipants.id"),
    _reference("version_id", "versions.id"),
    _text("name"),
    _text("created_at"),
    UniqueConstraint("version_id", "name"),
    Index("tags_by_name", "pacticipant_id", "name", "version_id"),
)

# All pairs with a contract, past or present: unlike contents and publications, their number hardly grows.
integrations = Table(
    "integrations",
    metadata,
    _reference("consumer_id", "pacticipants.id"),
    _reference("provider_id", "pacticipants.id"),
    _text("created_at"),
    UniqueConstraint("consumer_id", "provider_id"),
    Index("integrations_by_provider", "provider_id"),
)

contents = Table(
    "contents",
    metadata,
    Column("id", Integer, primary_key=True),
    _reference("consumer_id", "pacticipants.id"),
    _reference("provider_id", "pacticipants.id"),
    _text("sha"),
    Column("body", LargeBinary, nullable=False),
    _text("created_at"),
    UniqueConstraint("consumer_id", "provider_id", "sha"),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    _reference("consumer_id", "pacticipants.id"),
    _reference("provider_id", "pacticipants.id"),
    _reference("version_id", "versions.id"),
    _reference("content_id", "contents.id"),
    _text("created_at"),
    UniqueConstraint("version_id", "provider_id"),
    Index("publications_by_parties", "provider_id", "consumer_id", "version_id"),
    Index("publications_by_content", "content_id"),
    Index("publications_by_consumer", "consumer_id", "version_id"),
)

results = Table(
    "results",
    metadata,
    Column("id", Integer, primary_key=True),
    _reference("content_id", "contents.id"),
    Column("number", Integer, nullable=False),
    _reference("provider_version_id", "versions.id"),
    Column("success", Boolean, nullable=False),
    Column("wip", Boolean, nullable=False),
    _text("build_url", nullable=True),
    Column("details", LargeBinary, nullable=False),
    _text("executed_at"),
    UniqueConstraint("content_id", "number"),
    Index("results_by_provider_version", "provider_version_id", "content_id", "id"),
    Index("results_by_content", "content_id", "provider_version_id", "id"),
    sqlite_autoincrement=True,
)

# The branches and tags on which a provider has verified a content, with the first time. The pending status is read
# from this table, whose size depends on the number of branches and not of builds.
successes = Table(
    "successes",
    metadata,
    _reference("content_id", "contents.id"),
    _text("kind"),
    _text("name"),
    Column("wip", Boolean, nullable=False),
    _text("first_at"),
    UniqueConstraint("content_id", "kind", "name", "wip"),
)

environments = Table(
    "environments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", _TEXT, nullable=False, unique=True),
    Column("name", _TEXT, nullable=False, unique=True),
    _text("display_name"),
    Column("production", Boolean, nullable=False),
    _text("contacts"),
    _text("created_at"),
    _text("updated_at"),
)

# The next deployment of an instance replaces the current one; a released version stays until its support ends.
placements = Table(
    "placements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", _TEXT, nullable=False, unique=True),
    _text("kind"),
    _reference("version_id", "versions.id"),
    _reference("environment_id", "environments.id"),
    _text("instance", nullable=True),
    _text("created_at"),
    _text("ended_at", nullable=True),
    Index("placements_now", "environment_id", "ended_at"),
    Index("placements_by_version", "version_id"),
)
# The versions in use are few, however many deployments there were.
_NOW = placements.c.ended_at.is_(None)
Index("placements_in_use", placements.c.version_id, sqlite_where=_NOW, postgresql_where=_NOW)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", _TEXT, nullable=False, unique=True),
    Column("definition", LargeBinary, nullable=False),
    _text("created_at"),
    _text("updated_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", _TEXT, nullable=False, unique=True),
    _text("webhook_uuid"),
    _text("event"),
    _text("consumer"),
    _text("provider"),
    _text("consumer_version"),
    _text("sha"),
    Column("result_number", Integer, nullable=True),
    _text("status"),
    Column("attempts", Integer, nullable=False),
    _text("log"),
    Column("request", LargeBinary, nullable=False),
    _text("created_at"),
    _text("due_at"),
    _text("claimed_until"),  # empty: claimed by no process
    Index("deliveries_by_webhook", "webhook_uuid", "id"),
    Index("deliveries_due", "status", "due_at"),
    Index("deliveries_by_parties", "provider", "consumer", "id"),
)
