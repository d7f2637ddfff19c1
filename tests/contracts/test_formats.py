"""String formats, each with texts that have it and texts that nearly do."""

from __future__ import annotations

import pytest
from pactape.contracts.inference.formats import FORMATS, STABLE_EXAMPLES, formats_of, stated_format


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0190a6f0-4d5e-7abc-8def-0123456789ab", {"uuid"}),
        ("0190A6F0-4D5E-7ABC-8DEF-0123456789AB", {"uuid"}),
        ("0190a6f04d5e7abc8def0123456789ab", set()),
        ("0190a6f0-4d5e-7abc-8def-0123456789ag", set()),
        ("2026-01-31", {"date"}),
        ("2026-13-01", set()),
        ("31/01/2026", set()),
        ("2026-01-31T12:00:00Z", {"date-time in s, Z", "date-time", "timestamp"}),
        ("2026-01-31T12:00:00.123456+02:00", {"date-time in µs, offset", "date-time", "timestamp"}),
        ("2026-01-31T12:00:00.5Z", {"date-time", "timestamp"}),
        ("2026-01-31 12:00:00", {"timestamp"}),
        ("2026-01-31T12:00:00+0200", {"timestamp"}),
        ("2026-01-31T25:00:00Z", set()),
        ("2026-01-31T12:00:00Z\n", set()),
        ("12:30:00", {"time"}),
        ("12:30:00+02:00", {"time"}),
        ("24:30:00", set()),
        ("192.0.2.255", {"ipv4"}),
        ("192.0.2.256", set()),
        ("2001:db8::1", {"ipv6"}),
        ("1.4.0-rc.1", {"semver"}),
        ("1.4", {"decimal"}),
        ("-0.50", {"decimal"}),
        ("01.5", set()),
        ("ada@example.com", {"email"}),
        ("ada@", set()),
        ("https://example.com/a?b=c", {"uri"}),
        ("mailto:ada", set()),
        ("aGVsbG8gV29ybGQgMTIz", {"base64"}),
        ("aGVsbG8gV29ybGQhMQ==", {"base64"}),
        ("internationalisations", set()),
        ("Internationalization", set()),
        ("", set()),
        ("x" * 1_000_000, set()),
    ],
)
def test_a_text_has_exactly_the_formats_it_fulfils(text: str, expected: set[str]) -> None:
    assert formats_of(text) == expected


@pytest.mark.parametrize("name", STABLE_EXAMPLES)
def test_a_stable_example_has_the_format_of_the_values_it_replaces(name: str) -> None:
    assert name in formats_of(STABLE_EXAMPLES[name]) <= FORMATS.keys()


@pytest.mark.parametrize(
    ("text", "samples", "expected_format"),
    [
        ("2026-01-31T12:00:00Z", 1, None),
        ("2026-01-31T12:00:00Z", 2, "date-time"),
        ("2026-01-31T12:00:00Z", 8, "date-time in s, Z"),
        ("2026-01-31T12:00:00.123Z", 8, "date-time in ms, Z"),
        ("1.2.3", 2, None),
        ("1.2.3", 3, "semver"),
        ("aGVsbG8gV29ybGQgMTIz", 2, None),
        ("aGVsbG8gV29ybGQgMTIz", 3, "base64"),
        ("0190a6f0-4d5e-7abc-8def-0123456789ab", 1, None),
        ("0190a6f0-4d5e-7abc-8def-0123456789ab", 2, "uuid"),
    ],
)
def test_a_format_is_stated_when_there_are_enough_samples_for_it(
    text: str, samples: int, expected_format: str | None
) -> None:
    assert stated_format(formats_of(text), samples) == expected_format
