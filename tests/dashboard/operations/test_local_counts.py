"""Counting in this process: exact, and as quick with many subjects as with few."""

from __future__ import annotations

import time

from apps.dashboard.operations.window_counts import LocalCounts, Quota

NOW = 1_700_049_600.0


def take_time(counts: LocalCounts, first: int) -> float:
    """Of 2,000 counts of subjects that were not there before."""
    started = time.thread_time()
    for number in range(first, first + 2_000):
        counts.count(f"address:{number}", [Quota(60, 60)], NOW)
    return time.thread_time() - started


def test_count_costs_no_more_where_there_are_many():
    counts = LocalCounts()
    few = min(take_time(counts, first) for first in range(0, 10_000, 2_000))
    for number in range(10_000, 60_000):
        counts.count(f"address:{number}", [Quota(60, 60)], NOW)

    many = min(take_time(counts, first) for first in range(60_000, 70_000, 2_000))

    assert many < 10 * few


def test_what_was_counted_is_kept_until_its_window_ends():
    counts = LocalCounts()
    quotas = [Quota(2, 60), Quota(9, 86_400)]
    for number in range(60_000):
        counts.count(f"address:{number}", quotas, NOW)

    assert counts.count("address:0", quotas, NOW + 59) == [1, 1]
    assert counts.count("address:0", quotas, NOW + 60) == [0, 2]


def test_full_window_leaves_the_other_uncounted():
    counts = LocalCounts()
    quotas = [Quota(2, 60), Quota(9, 86_400)]

    used = [counts.count("one-full", quotas, NOW) for _ in range(5)]

    assert used == [[0, 0], [1, 1], [2, 2], [2, 2], [2, 2]]
    assert counts.count("one-full", quotas, NOW + 60) == [0, 2]


def test_parts_of_a_subject_are_counted_by_themselves():
    counts = LocalCounts()
    parts = [[Quota(1, 60, within=part), Quota(3, 60)] for part in "abcde"]

    used = [counts.count("network", quotas, NOW) for quotas in parts]

    assert used == [[0, 0], [0, 1], [0, 2], [0, 3], [0, 3]]


def test_what_is_given_back_may_be_taken_again():
    counts = LocalCounts()
    quotas = [Quota(2, 60)]

    used = [counts.count("back", quotas, NOW, cost=cost) for cost in (1, 1, -1, 1, 1)]

    assert used == [[0], [1], [2], [1], [2]]
