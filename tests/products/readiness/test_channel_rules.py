import re
from datetime import date

import pytest

from apps.products.readiness.channel_rules import RULES, RULES_FILE, read_rules

CHANNEL = """
[[channel]]
id = "shelf"
name = "Shelf"
full_name = "The shelf"
look = []
"""
RULE = """
[[rule]]
channel = "shelf"
level = "must"
measure = "frames"
at_most = 1
sentence = "{actual}; Shelf takes one."
source = "https://shelf.example/rules"
read = "2026-11"
"""


def test_every_rule_says_where_it_is_written_and_when_that_was_read():
    assert len(RULES.rules) == 45
    for rule in RULES.rules:
        assert re.search(r"\w\.(?:com|org)|GS1|Shopify", rule.source), rule
        assert re.fullmatch(r"20[0-9]{2}-[01][0-9](-[0-3][0-9])?", rule.read), rule
        assert rule.sentence.endswith("."), rule


def test_every_channel_has_rules_and_says_what_to_look_at_oneself():
    assert [channel.id for channel in RULES.channels] == [
        "google",
        "amazon",
        "walmart",
        "shopify",
        "gs1",
    ]
    for channel in RULES.channels:
        assert RULES.get_rules(channel)
        assert channel.look


@pytest.mark.parametrize(
    ("line", "instead", "fault"),
    [
        ('source = "https://shelf.example/rules"', "", "has no source"),
        ('source = "https://shelf.example/rules"', 'source = " "', "has no source"),
        ('read = "2026-11"', "", "has no read"),
        ('read = "2026-11"', 'read = "lately"', "Not a month"),
        ('sentence = "{actual}; Shelf takes one."', "", "has no sentence"),
        ('level = "must"', 'level = "may"', "'may' is not a valid Level"),
        ('channel = "shelf"', 'channel = "self"', "no channel of that name"),
        ("at_most = 1", "", "has one bound"),
        ("at_most = 1", "at_most = 1\nat_least = 1", "has one bound"),
    ],
)
def test_rule_that_is_incomplete_is_refused(line, instead, fault):
    assert line in RULE

    with pytest.raises(ValueError, match=fault):
        read_rules(CHANNEL + RULE.replace(line, instead))


def test_version_changes_with_the_rules_and_on_the_days_that_they_name():
    dated = CHANNEL + RULE + "from = 2027-01-31\nuntil = 2027-03-01\n"
    book = read_rules(dated)
    days = [date(2027, 1, 30), date(2027, 1, 31), date(2027, 3, 1), date(2027, 3, 2)]
    versions = [book.get_version(day) for day in days]

    assert versions[0] != versions[1] == versions[2] != versions[3] != versions[0]
    assert book.get_version(date(2020, 1, 1)) == versions[0]
    assert (
        read_rules(dated.replace("at_most = 1", "at_most = 2")).get_version(days[0]) != versions[0]
    )
    assert all(0 <= version < 2**31 for version in versions)


def test_changing_a_rule_is_a_change_of_one_line():
    text = RULES_FILE.read_text()

    assert text.count("at_least = 1600") == 1
    book = read_rules(text.replace("at_least = 1600", "at_least = 2000"))
    assert len({*book.rules} - {*RULES.rules}) == 1
