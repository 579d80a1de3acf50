from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select, update

from desk.__main__ import main
from desk.database import Database
from desk.errors import InvalidInput, LoginRefused
from desk.models import sessions, staff
from desk.sessions import Sessions
from desk.staff import TRIES, Staff

ANN = "ann@clinic.example"
WORD = "correct horse battery"


@pytest.fixture
def people(database: Database) -> Staff:
    people = Staff(database)
    people.add(ANN, "Ann", "admin", WORD)
    return people


def refused(people: Staff, email: str = ANN, password: str = "wrong") -> str:
    with pytest.raises(LoginRefused) as raised:
        people.log_in(email, password)
    return raised.value.code


def test_the_right_password_lets_in_and_is_stored_as_a_hash(
    people: Staff, database: Database
) -> None:
    person = people.log_in(f" {ANN.upper()} ", WORD)
    assert (person.email, person.name, person.is_admin) == (ANN, "Ann", True)
    with database.reading() as connection:
        stored = connection.execute(select(staff.c.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$")
    assert WORD not in stored


def test_nobody_is_told_what_was_wrong(people: Staff) -> None:
    people.add("ben@clinic.example")  # who has no password
    people.add("eve@clinic.example", password=WORD)
    people.set_active("eve@clinic.example", False)
    for email in (ANN, "nobody@clinic.example", "ben@clinic.example", "no address", ""):
        assert refused(people, email) == "wrong"
    assert refused(people, "eve@clinic.example", WORD) == "wrong"


def test_too_many_wrong_passwords_lock_the_account_for_a_while(
    people: Staff, database: Database
) -> None:
    for _ in range(TRIES - 1):
        refused(people)
    people.log_in(ANN, WORD)  # which starts the count anew
    for _ in range(TRIES):
        assert refused(people) == "wrong"
    assert refused(people, ANN, WORD) == "locked"
    with database.writing() as connection:
        connection.execute(update(staff).values(locked_until="2020-01-01"))
    assert people.log_in(ANN, WORD).email == ANN


@pytest.mark.parametrize("password", ["short", "x" * 201])
def test_a_password_of_the_wrong_length_is_refused(people: Staff, password: str) -> None:
    with pytest.raises(InvalidInput, match="12 to 200"):
        people.add(ANN, password=password)


def test_a_session_is_its_token_and_nothing_else_opens_it(
    people: Staff, database: Database
) -> None:
    store = Sessions(database)
    token = store.start(ANN, "a browser")
    found = store.check(token)
    assert found is not None and found[1].email == ANN
    (listed,) = store.list(ANN)
    with database.reading() as connection:
        stored = connection.execute(select(sessions.c.token_hash)).scalar_one()
    for wrong in (listed.id, stored, token[:-1], ""):
        assert store.check(wrong) is None


@pytest.mark.parametrize(
    "change", [{"expires_at": "2020"}, {"last_seen_at": "2020"}, {"revoked_at": "2020"}]
)
def test_a_session_ends(people: Staff, database: Database, change: dict[str, str]) -> None:
    store = Sessions(database)
    token = store.start(ANN)
    with database.writing() as connection:
        connection.execute(update(sessions).values(**change))
    assert store.check(token) is None
    assert store.list() == ()


def test_a_session_is_revoked_alone_or_with_all_others(people: Staff, database: Database) -> None:
    store = Sessions(database)
    one, two, three = (store.start(ANN) for _ in range(3))
    found = store.check(one)
    assert found is not None
    assert store.revoke(found[0].id)
    assert not store.revoke(found[0].id)
    assert store.check(one) is None and store.check(two) is not None
    assert store.revoke_all(ANN)
    assert store.check(three) is None


def test_a_closed_account_has_no_session(people: Staff, database: Database) -> None:
    token = Sessions(database).start(ANN)
    people.set_active(ANN, False)
    assert Sessions(database).check(token) is None


def test_the_command_makes_a_password_or_takes_one(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    people = Staff(Database(sqlite_url))
    assert main(["staff", "add", ANN, "--role", "admin"]) == 0
    shown = capsys.readouterr().out
    made = re.search(r"shown this once: (\S+)", shown)
    assert made and people.log_in(ANN, made[1]).is_admin
    assert main(["staff", "add", ANN, "--name", "Ann"]) == 0  # keeps the password
    assert "shown this once" not in capsys.readouterr().out
    assert people.log_in(ANN, made[1]).name == "Ann"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WORD}\n"))
    assert main(["staff", "add", ANN, "--password-stdin"]) == 0
    assert people.log_in(ANN, WORD).email == ANN
    assert WORD not in capsys.readouterr().out
    assert main(["staff", "remove", ANN]) == 0
    with pytest.raises(LoginRefused):
        people.log_in(ANN, WORD)
