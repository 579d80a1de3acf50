from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.redact import redact


@pytest.mark.parametrize(
    "text,redacted",
    [
        ("write to ann.lee@mail.example.com now", "write to [email] now"),
        ("ann dot lee at gmail dot com", "[email]"),
        ("mi correo: lupita arroba correo punto mx", "mi correo: [email]"),
        ("call 555-123-4567 or (555) 123 4567", "call [phone] or [phone]"),
        ("+1 555.123.4567, 5551234567, 555-1234", "[phone], [phone], [phone]"),
        ("mi cel es 55 1234 5678", "mi cel es [phone]"),
        ("612 345 678 o +34 612 34 56 78", "[phone] o [phone]"),
        ("DOB 03/14/1985, or 03 14 85", "DOB [date], or 03 14 85"),
        ("dob: 03 14 85", "dob: [date]"),
        ("born March 3, 1985", "born [date]"),
        ("nací el 3 de marzo de 1985", "nací el [date]"),
        ("on 2024-05-06, 5/6/24, 14.06.2024", "on [date], [date], [date]"),
        ("since June 14th; desde el 14 de junio", "since [date]; desde el [date]"),
        ("ssn 123-45-6789", "ssn [number]"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("amex 3782 822463 10005", "amex [number]"),
        ("member id XYZ123456789", "member id [number]"),
        ("mi número de póliza es 88-1234", "mi número de póliza es [number]"),
        ("my zip is 78701", "my zip is [number]"),
        ("DNI 12345678Z", "DNI [number]"),
        ("about case C-7K3QF2", "about case [number]"),
        ("at 412 Maple Street, Apt 4B, Austin, TX 78701 with mom", "at [address] with mom"),
        ("412 maple street please", "[address] please"),
        ("12 Oak Dr, 88 W 5th St, PO Box 123", "[address], [address], [address]"),
        ("Calle Alcalá 45, 3º B", "[address]"),
        ("en la avenida de la constitución 120", "en la [address]"),
        ("see https://example.com/x?y=1 or mysite.com/page", "see [link] or [link]"),
        ("on instagram @ann_smith22", "on instagram [name]"),
        ("my name is ann smith and i want help", "my name is [name] and i want help"),
        ("MY NAME IS ANN", "MY NAME IS [name]"),
        ("I'm Mr. Brown", "I'm Mr. [name]"),
        ("Hi, I'm Ximora, can I come", "Hi, I'm [name], can I come"),
        ("me llamo lupita gómez y quiero saber", "me llamo [name] y quiero saber"),
        ("Soy Ximora. Mi nombre es José de la Cruz.", "Soy [name]. Mi nombre es [name]."),
        ("my daughter Ximora is 9", "my daughter [name] is 9"),
        ("Mi hijo Diego no respira", "Mi hijo [name] no respira"),
        ("Ask Bettina Kowalczyk or Dr. Patel", "Ask [name] or Dr. [name]"),
        ("is it ok?\nThanks, Ximora", "is it ok?\nThanks, [name]"),
        ("Maria said yes", "[name] said yes"),
    ],
)
def test_what_points_at_a_person_goes(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "call 988 or 911, text HOME to 741741, AYUDA al 988, 838255, 1-800-799-7233",
        "chat at 988lifeline.org, free",
        "took 0.5 mg/kg, 40 60 80 mg, 150-2000 mg, 100000 IU, 5 mg 3 times a day",
        "tomé 2 pastillas de 50 mg y 1/2 de 10 mg hace 3 horas",
        "I weigh 180 lbs (82.5 kg), 34 years old, PHQ-9 score 21, BP 120/80",
        "tengo 34 años, peso 82 kilos",
        "at 7 am, 14:30, 10-12 weeks, between 2019-2023, in March 2023, since 1985",
        "1500 calories, 20,000 steps, $2,500",
        "I took 2 pills on the way and 3 more in the street",
        "vivo en la calle hace 2 años",
        "Does Blue Cross pay for Spravato in New York?",
        "I tried Lexapro, Zoloft and Wellbutrin XL 300. Major Depressive Disorder",
        "I'm Bipolar, I'm OK, soy Mexicana, soy diabética",
        "Will this work? Mark my words. I may 2nd guess it",
        "my name is not important, my friend jumped, my wife is 8 weeks pregnant",
        "I don't want to wake up on Friday",
    ],
)
def test_what_means_something_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(alphabet="ab Ann1290-/.,@:\n'ñ[]", max_size=80))
@example("my name is [name]")
def test_redacting_never_fails_and_leaves_no_long_number(text: str) -> None:
    assert "1234567" not in redact(f"{text} 1234567")


@pytest.mark.parametrize("part", ["Aa ", "1-", "a.b-", "calle de la ", "my name is ", "5 oak "])
def test_a_long_message_does_not_take_long(part: str) -> None:
    redact(part * (5000 // len(part)))
