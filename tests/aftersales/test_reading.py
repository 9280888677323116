"""Long texts are cut where no half of a customer's number stays."""

from bot.aftersales import reading


def test_a_number_at_the_cut_is_left_out_whole() -> None:
    text = "好" * (reading.LONGEST - 5) + " 138 0013 8000"
    assert reading.short(text) == "好" * (reading.LONGEST - 5)


def test_a_text_that_fits_stays_whole() -> None:
    assert reading.short("少件 138") == "少件 138"
