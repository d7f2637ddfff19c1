"""The users API's tables."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = ["Base", "OAuthClient", "OAuthToken", "Post", "Profile", "User"]


class Base(DeclarativeBase):
    """The base of all tables."""


class User(Base):
    """A user; e-mail addresses are unique, ignoring case."""

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(35))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    birth_date: Mapped[date | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    profile: Mapped[Profile | None] = relationship(back_populates="user", passive_deletes=True)
    posts: Mapped[list[Post]] = relationship(
        back_populates="author", order_by="Post.number", passive_deletes=True
    )

    __table_args__ = (
        Index("users_email_key", func.lower(email), unique=True),
        Index("users_name_trigrams_idx", func.trigrams(name), postgresql_using="gin"),
        Index("users_birth_date_idx", "birth_date"),
        Index("users_created_at_id_idx", "created_at", "id"),
    )


class Profile(Base):
    """A profile; a user has at most one."""

    __tablename__ = "user_profiles"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    bio: Mapped[str | None] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(String(200))
    picture: Mapped[str | None] = mapped_column(String(2000))
    user: Mapped[User] = relationship(back_populates="profile")

    __table_args__ = (
        UniqueConstraint("user_id", name="user_profiles_user_id_key"),
        CheckConstraint("char_length(bio) <= 500", name="user_profiles_bio_check"),
        Index("user_profiles_location_idx", "location", "user_id"),
    )


class Post(Base):
    """A post of a user; its number gives the order of publishing, since times are in whole seconds."""

    __tablename__ = "posts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    author: Mapped[User] = relationship(back_populates="posts")

    __table_args__ = (Index("posts_author_id_number_idx", "author_id", "number", unique=True),)


class OAuthClient(Base):
    """A registered client; its secret is stored as a hash."""

    __tablename__ = "oauth_clients"

    client_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))


class OAuthToken(Base):
    """An issued access token with its refresh token, both stored as hashes."""

    __tablename__ = "oauth_tokens"

    access_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    refresh_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oauth_clients.client_id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    refreshed: Mapped[bool] = mapped_column(default=False)
