from __future__ import annotations

import pytest

from index.agreement import difference, says_the_same


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("An infusion takes about 40 minutes.", "An infusion takes about two hours.", "number"),
        ("Nausea affects 10% of patients.", "Nausea affects 25 percent of patients.", "number"),
        (
            "Patients are watched for at least two hours after each dose.",
            "Patients are watched for 30 minutes after each dose.",
            "number",
        ),
        (
            "Ketamine is FDA-approved for depression.",
            "Ketamine is not FDA-approved for depression.",
            "negation",
        ),
    ],
)
def test_two_statements_on_one_matter_that_differ_are_told_apart(
    one: str, other: str, kind: str
) -> None:
    assert difference(one, other) == difference(other, one) == kind
    assert not says_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("An infusion takes about two hours.", "An infusion takes 120 minutes."),
        ("An infusion takes 40 to 120 minutes.", "An infusion takes up to two hours."),
        ("An infusion takes 40 minutes.", "A nasal spray takes effect within 2 hours of a dose."),
        ("It was approved in 1970 for anesthesia.", "It was approved in 2019 as a nasal spray."),
        (
            "People who have not responded to other treatments may find relief.",
            "Ketamine may ease the symptoms of depression.",
        ),
    ],
)
def test_statements_that_agree_or_are_about_other_matters_do_not_differ(
    one: str, other: str
) -> None:
    assert difference(one, other) is None


def test_the_same_in_nearly_the_same_words_is_the_same() -> None:
    one = "Side effects of the infusion usually fade within hours."
    assert says_the_same(one, "Side effects of the infusion usually fade within some hours.")
    assert not says_the_same(one, "The clinic opened its doors long ago.")
    assert not says_the_same("", "")
