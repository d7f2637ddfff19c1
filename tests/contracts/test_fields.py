"""Which fields the consumer reads."""

from __future__ import annotations

from pactape.contracts.inference.fields import EVERYTHING, read_fields


def test_a_field_that_no_call_reads_is_not_in() -> None:
    assert "email" not in read_fields([("id",), ("name",)])


def test_what_any_call_reads_is_in() -> None:
    fields = read_fields([("id",), ("name",)])
    assert "id" in fields
    assert "name" in fields


def test_everything_below_a_field_that_is_read_whole_is_in() -> None:
    assert "city" in read_fields([("address",)]).key("address")


def test_a_nested_field_narrows_its_parent() -> None:
    assert "zip" not in read_fields([("address.city",)]).key("address")


def test_a_path_reaches_into_the_items_of_a_list() -> None:
    assert "title" in read_fields([("posts[].title",)]).key("posts").item()


def test_a_path_may_leave_the_list_marker_out() -> None:
    assert "title" in read_fields([("posts.title",)]).key("posts").item()


def test_one_call_that_reads_everything_makes_it_everything() -> None:
    assert read_fields([("id",), None]) is EVERYTHING


def test_reading_a_whole_field_wins_over_reading_a_part_of_it() -> None:
    assert "zip" in read_fields([("address.city",), ("address",)]).key("address")
