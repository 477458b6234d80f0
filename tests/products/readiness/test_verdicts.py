from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.products.readiness.channel_rules import RULES
from apps.products.readiness.measures import Measures
from apps.products.readiness.verdicts import MEASURES, SEVERITY, Verdict, get_worst, judge
from tests.products.readiness.judged_pictures import OLD, PACKSHOT, PICTURES

TODAY = date(2026, 11, 29)
LETTERS = {
    "P": Verdict.PASSES,
    "A": Verdict.ADVICE,
    "R": Verdict.REFUSED,
    "N": Verdict.NOT_MEASURED,
}


def tell(measures, channel, today=TODAY):
    (verdict,) = judge(measures, today, channels=[channel])
    return verdict


def list_verdicts(measures, channels=None):
    return [each.verdict for each in judge(measures, TODAY, channels=channels)]


@pytest.mark.parametrize(
    ("measures", "expected"),
    [row[1:] for row in PICTURES],
    ids=[row[0] for row in PICTURES],
)
def test_each_channel_says_what_it_would(measures, expected):
    verdicts = judge(measures, TODAY)

    assert [each.channel.id for each in verdicts] == [
        "google",
        "amazon",
        "walmart",
        "shopify",
        "gs1",
    ]
    assert [each.verdict for each in verdicts] == [LETTERS[letter] for letter in expected.split()]


def test_reasons_tell_what_was_measured_and_what_is_asked():
    small = replace(PACKSHOT, width=300, height=300, content_side_share=0.62)

    told = [(reason.level, reason.sentence) for reason in tell(small, "amazon").reasons]

    assert told == [
        ("must", "300 × 300 px; Amazon wants at least 500 on the longer side."),
        ("must", "The product fills 62 % of the frame; Amazon wants at least 85 %."),
        (
            "should",
            "300 × 300 px; Amazon wants 1,000 on the longer side for its zoom, better 1,600.",
        ),
    ]
    assert tell(small, "amazon").refusals == 2


@pytest.mark.parametrize(
    ("differences", "channel", "sentence"),
    [
        ({"image_format": "WEBP"}, "amazon", "It is WebP; Amazon takes JPEG, PNG, GIF or TIFF."),
        ({"frame_count": 12}, "google", "It is animated, 12 frames; Google takes still pictures."),
        ({"byte_size": 5_242_881}, "walmart", "5.1 MB; Walmart takes at most 5 MB."),
        ({"color_model": "cmyk"}, "gs1", "Its colours are CMYK; GS1 wants RGB."),
        ({"bits_per_sample": 16}, "gs1", "It has 16 bits for each colour; GS1 wants 8."),
        ({"color_profile": "wide"}, "amazon", "Its colours are made for a wide gamut, such as Adobe RGB or Display P3; Amazon recommends sRGB."),
        ({"width": 1200}, "shopify", "1,200 × 2,400 px; Shopify recommends 1:1."),
        ({"has_transparent_border": True}, "amazon", "Its edge is transparent; Amazon wants a pure white background (255, 255, 255)."),
        ({"white_border_share": 0.124}, "amazon", "12 % of its edge is pure white, the rest nearly; Amazon wants a pure white background (255, 255, 255)."),
        ({"white_border_share": 0.0, "near_white_border_share": 0.1}, "gs1", "0 % of its edge is pure white; GS1 recommends a white or transparent background."),
        ({"is_unmeasurable": True}, "shopify", "It is damaged inside and cannot be shown."),
    ],
)  # fmt: skip
def test_sentences_are_for_people(differences, channel, sentence):
    reasons = tell(replace(PACKSHOT, **differences), channel).reasons

    assert sentence in [reason.sentence for reason in reasons]


def test_rule_of_a_coming_day_is_advice_until_then():
    small = replace(PACKSHOT, width=499, height=499)

    before, after = (tell(small, "google", date(2027, 1, day)) for day in (30, 31))

    assert before.verdict is Verdict.ADVICE
    assert before.reasons[0].sentence == (
        "499 × 499 px; Google wants at least 500 × 500 from 31 January 2027 on."
    )
    assert after.verdict is Verdict.REFUSED
    assert after.reasons[0].sentence == "499 × 499 px; Google wants at least 500 × 500."


def test_rule_that_is_over_says_nothing():
    tiny = replace(PACKSHOT, width=99, height=99)

    before, after = (tell(tiny, "google", date(2027, 1, day)) for day in (30, 31))

    assert "99 × 99 px; Google wants at least 100 × 100." in [r.sentence for r in before.reasons]
    assert not any("100 × 100" in reason.sentence for reason in after.reasons)


def test_reasons_carry_source_and_date():
    reason = tell(replace(PACKSHOT, image_format="SVG"), "google").reasons[0]

    assert reason.source == "https://support.google.com/merchants/answer/6324350"
    assert reason.read == "2026-11"


def test_worst_verdict_is_that_of_the_channels_asked_for():
    webp = replace(PACKSHOT, image_format="WEBP")

    assert get_worst(list_verdicts(webp)) is Verdict.REFUSED
    assert get_worst(list_verdicts(webp, ["google", "shopify"])) is Verdict.PASSES
    assert get_worst(list_verdicts(OLD, ["google", "shopify"])) is Verdict.NOT_MEASURED
    assert get_worst([]) is Verdict.PASSES


shares = st.none() | st.floats(0, 1)
sizes = st.none() | st.integers(0, 2**31)
flags = st.none() | st.booleans()
any_measures = st.builds(
    Measures,
    image_format=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "SVG"]) | st.text(max_size=4),
    byte_size=st.integers(0, 2**31),
    width=sizes,
    height=sizes,
    frame_count=sizes,
    bits_per_sample=sizes,
    color_model=st.none() | st.sampled_from(["grey", "rgb", "cmyk", "palette"]) | st.text(max_size=4),
    has_alpha=flags,
    color_profile=st.none() | st.sampled_from(["none", "srgb", "wide", "cmyk", "other"]) | st.text(max_size=4),
    has_position=flags,
    white_border_share=shares,
    near_white_border_share=shares,
    has_transparent_border=flags,
    content_side_share=shares,
    content_area_share=shares,
    is_blank=flags,
    is_unmeasurable=st.booleans(),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(any_measures, st.dates())
def test_any_measures_get_verdicts(measures, today):
    for told in judge(measures, today):
        levels = {reason.level for reason in told.reasons}
        assert (told.verdict is Verdict.REFUSED) == ("must" in levels)
        assert told.verdict is not Verdict.PASSES or not told.reasons
        assert told.verdict is not Verdict.ADVICE or levels == {"should"}
        assert all("{actual}" not in reason.sentence for reason in told.reasons)


@settings(max_examples=200, deadline=None)
@given(any_measures, st.dates(), st.data())
def test_what_is_still_to_be_measured_never_mends_a_refusal(measures, today, data):
    told = judge(measures, today)
    known = st.sampled_from(["width", "frame_count", "color_model", "white_border_share"])
    hidden = replace(measures, **{data.draw(known): None})

    for before, after in zip(told, judge(hidden, today), strict=True):
        if after.verdict is Verdict.REFUSED and not hidden.is_unmeasurable:
            assert before.verdict in {Verdict.REFUSED, Verdict.NOT_MEASURED}


def test_every_rule_is_about_something_that_is_measured():
    assert {rule.measure for rule in RULES.rules} <= set(MEASURES)
    assert set(SEVERITY) == set(Verdict)
