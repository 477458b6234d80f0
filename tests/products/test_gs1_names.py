from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.products.gs1_names import Fault, read_file_name
from apps.products.gtin import has_valid_check_digit

PENCIL = "04006381333931"
TEA = "00000096385074"
SOAP = "00012345678905"

# name → GTIN, caption, place, whether it is the hero
READ = {
    "07310867561419_C1N1_s01.jpg": ("07310867561419", "Front, in packaging", (0, 1), True),
    "08410076483355_C1N1_s02.tif": ("08410076483355", "Front, in packaging", (0, 2), True),
    "04902430429368_C1N1_150ml_Front_White.jpg": ("04902430429368", "Front, in packaging", (0, 0), True),
    "04006381333931_c1n1.JPG": (PENCIL, "Front, in packaging", (0, 0), True),
    "04006381333931_A1C1_S03.png": (PENCIL, "Front, in packaging", (0, 3), True),
    "4006381333931_A1C1.png": (PENCIL, "Front, in packaging", (0, 0), True),
    "04006381333931_B1C1.png": (PENCIL, "Front, in packaging", (0, 0), False),
    "04006381333931_A1L1.png": (PENCIL, "Front from the left, in packaging", (0, 0), False),
    "04006381333931_C1R1.png": (PENCIL, "Front from the right, in packaging", (0, 0), False),
    "04006381333931_C1N0.png": (PENCIL, "Front, out of packaging", (0, 0), False),
    "04006381333931_C7N1.png": (PENCIL, "Back, in packaging", (1, 0), False),
    "04006381333931_A7L0_s03.tif": (PENCIL, "Back from the left, out of packaging", (1, 3), False),
    "04006381333931_C2NA.png": (PENCIL, "Left, case", (2, 0), False),
    "04006381333931_C8NB.png": (PENCIL, "Right, inner pack", (3, 0), False),
    "04006381333931_C3NC.png": (PENCIL, "Top, raw", (4, 0), False),
    "04006381333931_C9ND.png": (PENCIL, "Bottom, prepared", (5, 0), False),
    "04006381333931_C0NM.png": (PENCIL, "Open case", (6, 0), False),
    "04006381333931_C0NP.png": (PENCIL, "Pallet or display", (6, 0), False),
    "04006381333931_D1N1.png": (PENCIL, "Front, with supporting elements, in packaging", (0, 0), False),
    "04006381333931_E0L1_s12.png": (PENCIL, "Frame of a turn, in packaging", (6, 12), False),
    "04006381333931_C4N1.png": (PENCIL, "", (6, 0), False),
    "04006381333931_F1N1.png": (PENCIL, "", (6, 0), False),
    "04006381333931_C1N11.png": (PENCIL, "", (6, 0), False),
    "04006381333931C1N1.png": (PENCIL, "", (6, 0), False),
    "04006381333931-C1N1.png": (PENCIL, "", (6, 0), False),
    "4006381333931.jpg": (PENCIL, "", (6, 0), False),
    "4006381333931": (PENCIL, "", (6, 0), False),
    " 4006381333931 .jpg": (PENCIL, "", (6, 0), False),
    "4006381333931-2.jpg": (PENCIL, "", (6, 2), False),
    "4006381333931 (1).jpg": (PENCIL, "", (6, 1), False),
    "4006381333931(12).jpg": (PENCIL, "", (6, 12), False),
    "4006381333931_03.webp": (PENCIL, "", (6, 3), False),
    "4006381333931b.jpg": (PENCIL, "", (6, 0), False),
    "4006381333931_front.jpg": (PENCIL, "Front", (0, 0), False),
    "4006381333931-BACK-2.jpg": (PENCIL, "Back", (1, 2), False),
    "4006381333931 Left.jpeg": (PENCIL, "Left", (2, 0), False),
    "4006381333931.right.png": (PENCIL, "Right", (3, 0), False),
    "4006381333931_pack_top.png": (PENCIL, "Top", (4, 0), False),
    "4006381333931_bottom (2).png": (PENCIL, "Bottom", (5, 2), False),
    "4006381333931_topping_150ml.png": (PENCIL, "", (6, 0), False),
    "4006381333931_20261125_101500.jpg": (PENCIL, "", (6, 0), False),
    "96385074_front.jpg": (TEA, "Front", (0, 0), False),
    "000096385074.gif": (TEA, "", (6, 0), False),
    "012345678905.gif": (SOAP, "", (6, 0), False),
    "00012345678905.gif": (SOAP, "", (6, 0), False),
    "4006381333931/front.jpg": (PENCIL, "Front", (0, 0), False),
    "4006381333931/C1N1_s01.jpg": (PENCIL, "Front, in packaging", (0, 1), True),
    "4006381333931/_C1N1.jpg": (PENCIL, "Front, in packaging", (0, 0), True),
    "a/4006381333931 Pencil, red/IMG_2031.jpg": (PENCIL, "", (6, 2031), False),
    "C:\\shoot\\4006381333931\\20261125_101500.jpg": (PENCIL, "", (6, 0), False),
    "4006381333931/web/large/back.jpg": (PENCIL, "Back", (1, 0), False),
    "4006381333931/12345678905/012345678905.jpg": (SOAP, "", (6, 0), False),
    "4006381333931/012345678905/1.jpg": (SOAP, "", (6, 1), False),
    "012345678905/4006381333931_C1N1.jpg": (PENCIL, "Front, in packaging", (0, 0), True),
    "20261125/4006381333931.jpg": (PENCIL, "", (6, 0), False),
    "4006381333931/10023345.jpg": (PENCIL, "", (6, 0), False),
    "4006381333931/96385074e3b0c442.jpg": (PENCIL, "", (6, 0), False),
    # Dates, were it not for the month, the day, the year or the length.
    "19991238.jpg": ("00000019991238", "", (6, 0), False),
    "20013215123451.jpg": ("20013215123451", "", (6, 0), False),
    "00000020261122.jpg": ("00000020261122", "", (6, 0), False),
}  # fmt: skip

# name → fault, GTIN, the GTIN with the right digit
FAULTS = {
    "4006381333932.jpg": (Fault.CHECK_DIGIT, "04006381333932", PENCIL),
    "4006381333932_C1N1.jpg": (Fault.CHECK_DIGIT, "04006381333932", PENCIL),
    "4006381333932b.jpg": (Fault.CHECK_DIGIT, "04006381333932", PENCIL),
    "96385070.jpg": (Fault.CHECK_DIGIT, "00000096385070", TEA),
    "4006381333931/4006381333932.jpg": (Fault.CHECK_DIGIT, "04006381333932", PENCIL),
    "4006381333932/front.jpg": (Fault.CHECK_DIGIT, "04006381333932", PENCIL),
    # Each with the right check digit.
    "20261122.jpg": (Fault.DATE, None, None),
    "20261122_101500.jpg": (Fault.DATE, None, None),
    "20261122T101500.jpg": (Fault.DATE, None, None),
    "20261122-WA0007.jpg": (Fault.DATE, None, None),
    "19980102.jpg": (Fault.DATE, None, None),
    "20240226.jpg": (Fault.DATE, None, None),
    "202611251011.jpg": (Fault.DATE, None, None),
    "20261125101506.jpg": (Fault.DATE, None, None),
    "20261125101506_C1N1.jpg": (Fault.DATE, None, None),
    "20011025123456.jpg": (Fault.DATE, None, None),
    "1732530000005.jpg": (Fault.DATE, None, None),
    "20261122/front.jpg": (Fault.DATE, None, None),
    # And with a wrong one.
    "20261125_101500.jpg": (Fault.DATE, None, None),
    "20261125101500.jpg": (Fault.DATE, None, None),
    "": (Fault.NO_GTIN, None, None),
    ".jpg": (Fault.NO_GTIN, None, None),
    "/": (Fault.NO_GTIN, None, None),
    "logo.png": (Fault.NO_GTIN, None, None),
    "IMG_4006381333931.jpg": (Fault.NO_GTIN, None, None),
    "IMG_20261125_101500.jpg": (Fault.NO_GTIN, None, None),
    "2026-11-25 10.15.00.jpg": (Fault.NO_GTIN, None, None),
    "4006381.jpg": (Fault.NO_GTIN, None, None),
    "400638133393.1.jpg": (Fault.CHECK_DIGIT, "00400638133393", "00400638133390"),
    "40063813339.jpg": (Fault.NO_GTIN, None, None),
    "004006381333931.jpg": (Fault.NO_GTIN, None, None),
    "4006 3813 3393 1.jpg": (Fault.NO_GTIN, None, None),
    "٤٠٠٦٣٨١٣٣٣٩٣١.jpg": (Fault.NO_GTIN, None, None),
    "96385074e3b0c442.jpg": (Fault.NO_GTIN, None, None),
}


@pytest.mark.parametrize("name", READ)
def test_name_is_read(name: str):
    reading = read_file_name(name)

    told = (reading.gtin, reading.caption, reading.place, reading.is_hero)
    assert told == READ[name]
    assert (reading.fault, reading.corrected_gtin) == (None, None)


@pytest.mark.parametrize("name", FAULTS)
def test_name_without_gtin_tells_why(name: str):
    reading = read_file_name(name)

    assert (reading.fault, reading.gtin, reading.corrected_gtin) == FAULTS[name]


digits = st.text("0123456789", min_size=6, max_size=15)
ends = st.text("_-.() /\\AaCc1379LN\u017fs\u0130\u00df0\n\0")
likely = st.builds("".join, st.lists(st.one_of(digits, ends), max_size=6))


@given(st.one_of(st.text(), likely))
@example("4006381333931_C1N\u017f")
@example("4006381333931_S\u0131")
def test_any_text_has_a_reading_or_a_reason(text: str):
    reading = read_file_name(text)

    assert reading.fault in {None, *Fault}
    if reading.fault in (Fault.NO_GTIN, Fault.DATE):
        assert reading.gtin is None
    else:
        assert re.fullmatch("[0-9]{14}", reading.gtin or "")
        assert reading.gtin.lstrip("0") in text
        assert has_valid_check_digit(reading.corrected_gtin or reading.gtin)
        assert (reading.fault is None) == has_valid_check_digit(reading.gtin)
    assert len(reading.caption) <= 255
