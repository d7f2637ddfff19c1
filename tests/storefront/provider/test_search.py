"""Searching users: what the criteria mean, what they refuse, and that indexes serve them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from storefront.database import temporary_database
from storefront.users.accounts import UserService
from storefront.users.ages import age_on, latest_birth_date
from storefront.users.passwords import hashed, matches
from storefront.users.repository import InvalidProfileError, ProfileData, UserRepository
from storefront.users.search import InvalidSearchError, SearchCriteria, search_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.database import Database

_DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2100, 12, 31))


@pytest.fixture(scope="module")
def users() -> Iterator[UserService]:
    with temporary_database() as database:
        service = UserService(database)
        for number, name in enumerate(("Ada 100%", "Ada_Byron", "Bob O'Brien", "Åsa", "Al")):
            service.create_user(email=f"{number}@example.com", name=name)
        yield service


@given(today=_DAYS, birth_date=_DAYS, age=st.integers(0, 150))
def test_somebody_born_on_the_latest_day_is_old_enough(today: date, birth_date: date, age: int) -> None:
    assert (age_on(today, birth_date) >= age) == (birth_date <= latest_birth_date(today, age))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("ada", ["Ada 100%", "Ada_Byron"]),
        ("%", ["Ada 100%"]),
        ("_", ["Ada_Byron"]),
        ("O'Br", ["Bob O'Brien"]),
        ("'; DROP TABLE users; --", []),
        ("ÅSA", ["Åsa"]),
        ("a", ["Ada 100%", "Ada_Byron", "Åsa", "Al"]),
        ("daA", []),
        ("\\", []),
    ],
)
def test_a_name_is_searched_for_by_any_part_as_it_stands(
    users: UserService, pattern: str, names: list[str]
) -> None:
    assert sorted(user.name for user in users.search_users({"namePattern": pattern})) == sorted(names)


@pytest.mark.parametrize(
    "criteria",
    [
        {"orderBy": "name; DROP TABLE users"},
        {"order": "down"},
        {"limit": 0},
        {"limit": 101},
        {"offset": -1},
        {"minAge": 151},
        {"name": "John"},
        {"namePattern": ""},
    ],
)
def test_criteria_that_can_t_be_are_refused(users: UserService, criteria: dict[str, Any]) -> None:
    with pytest.raises(InvalidSearchError):
        users.search_users(criteria)


def test_users_are_found_without_a_profile_picture_whether_they_have_a_profile_or_not(
    users: UserService,
) -> None:
    results = users.search_users({"hasProfilePicture": False, "orderBy": "email", "limit": 2, "offset": 1})
    assert [user.email for user in results] == ["1@example.com", "2@example.com"]


@pytest.mark.parametrize("profile", [ProfileData(location="x" * 201), ProfileData(bio="a\x00b")])
def test_an_invalid_profile_is_refused_together_with_its_user(
    users: UserService, profile: ProfileData
) -> None:
    with pytest.raises(InvalidProfileError):
        users.create_user_with_profile(profile, email="never@example.com", name="Never")
    assert users.search_users({"email": "never@example.com"}) == []


def test_a_refused_profile_leaves_the_rest_of_its_transaction_alone(storefront_database: Database) -> None:
    with storefront_database.transaction() as session:
        repository = UserRepository(session)
        repository.add(email="kept@example.com", name="Kept")
        with pytest.raises(InvalidProfileError):
            repository.add_with_profile(ProfileData(bio="x" * 501), email="gone@example.com", name="Gone")
    with storefront_database.transaction() as session:
        repository = UserRepository(session)
        counts = [len(repository.find(email)) for email in ("kept@example.com", "gone@example.com")]
    assert counts == [1, 0]


@pytest.fixture
def storefront_database() -> Iterator[Database]:
    with temporary_database() as database:
        yield database


def test_a_password_is_stored_as_an_argon2_hash_that_matches_only_it(storefront_database: Database) -> None:
    with storefront_database.transaction() as session:
        repository = UserRepository(session)
        user = repository.add(email="ada@example.com", name="Ada", password="correct horse")
        queries = [
            repository.password_matches(*credentials)
            for credentials in [
                ("ADA@example.com", "correct horse"),
                ("ada@example.com", "Correct horse"),
                ("bob@example.com", "nobody's"),
            ]
        ]
    assert (str(user.password_hash)[:10], queries) == ("$argon2id$", [True, False, False])


def test_a_password_has_another_hash_each_time() -> None:
    assert hashed("same") != hashed("same")


@pytest.mark.parametrize("password_hash", [None, "", "plain"])
def test_a_malformed_hash_matches_no_password(password_hash: str | None) -> None:
    assert not matches("plain", password_hash)


MANY = """
INSERT INTO users (id, email, name, locale, created_at, updated_at, birth_date)
SELECT gen_random_uuid(), n || '@example.com', substr(md5(n::text), 1, 8) || ' ' || substr(md5((-n)::text), 1, 8),
       'en-GB', timestamptz '2020-01-01' + n * interval '1 minute', now(), date '1940-01-01' + n % 30000
FROM generate_series(1, 100000) AS n;
INSERT INTO user_profiles (id, user_id, bio, location, picture)
SELECT gen_random_uuid(), id, 'Bio', 'City ' || (row_number() OVER () % 1000), NULL FROM users;
ANALYZE users; ANALYZE user_profiles;
"""


@pytest.fixture(scope="module")
def many() -> Iterator[Database]:
    with temporary_database() as database:
        with database.engine.begin() as connection:
            connection.execute(text(MANY))
        yield database


def plan(database: Database, criteria: SearchCriteria) -> str:
    compiled = search_query(criteria).compile(dialect=database.engine.dialect)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
        return "\n".join(row[0] for row in rows)


@pytest.mark.long
@pytest.mark.parametrize(
    ("criteria", "index"),
    [
        (SearchCriteria(name_pattern="c4ca4"), "users_name_trigrams_idx"),
        (SearchCriteria(location="City 7"), "user_profiles_location_idx"),
        (SearchCriteria(min_age=85, order_by="name"), "users_birth_date_idx"),
        (SearchCriteria(email="77@EXAMPLE.com"), "users_email_key"),
        (SearchCriteria(order="DESC", limit=10), "users_created_at_id_idx"),
    ],
)
def test_searches_among_100_000_users_use_indexes(
    many: Database, criteria: SearchCriteria, index: str
) -> None:
    query_plan = plan(many, criteria)
    assert (index in query_plan, "Seq Scan on users" in query_plan) == (True, False), query_plan
