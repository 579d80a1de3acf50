"""`python -m desk doctor`: looks at every part and says what to do about what is wrong."""

from __future__ import annotations

import json
import shutil
import smtplib
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from sqlalchemy import func, select

from desk.clinic import Clinic, load_clinic, load_lines
from desk.database import Database
from desk.errors import DeskError
from desk.findings import Finding, Grade
from desk.models import cases, messages, outbox, stamp
from desk.settings import Settings, load_settings
from desk.slack.doctor import slack_findings
from desk.staff import Staff

SECONDS = 3.0
FREE_BYTES = 500 * 1024 * 1024
LATE_MINUTES = 5
INDEX_DAYS = 90
MODEL = Path("models")


def run(options: Namespace) -> int:
    """Prints what was found; 1 when something fails."""
    found = list(examine())
    if options.json:
        print(json.dumps([vars(one) for one in found], indent=2))
    else:
        for one in found:
            print(f"{one.grade:4}  {one.part:9}  {one.says}")
    failures = sum(one.grade == "fail" for one in found)
    warnings = sum(one.grade == "warn" for one in found)
    print(f"{failures} failing, {warnings} to look at.", file=sys.stderr)
    return 1 if failures else 0


def examine() -> Iterator[Finding]:
    """One finding or more for each part, in the order in which they depend on each other."""
    try:
        settings = load_settings()
    except DeskError as error:
        yield Finding("settings", "fail", str(error))
        return
    yield Finding("settings", "ok", "every environment variable has a value that is allowed")
    clinic = yield from _clinic(settings)
    database = Database(settings.database_url.get_secret_value())
    checks: list[Callable[[], Iterator[Finding]]] = [
        lambda: _database(database),
        lambda: _work(database),
        lambda: _staff(database, clinic),
        _disk,
        lambda: _servers(settings),
        _model,
        lambda: _index(settings.index_store),
        lambda: _mail(settings, clinic),
        slack_findings,
    ]
    try:
        for check in checks:
            try:
                yield from check()
            except DeskError as error:
                yield Finding("database", "fail", str(error))
    finally:
        database.close()


def _clinic(settings: Settings) -> Generator[Finding, None, Clinic | None]:
    try:
        clinic = load_clinic(settings.clinic_file)
        load_lines(settings.country)
    except DeskError as error:
        yield Finding("clinic", "fail", str(error))
        return None
    opening = clinic.opening.at(datetime.now(timezone.utc))
    yield Finding("clinic", "ok", f"{settings.clinic_file}: {opening.text('en')}")
    if not opening.open and opening.next is None:
        yield Finding("clinic", "warn", "no opening in sight: fill in hours")
    return clinic


def _database(database: Database) -> Iterator[Finding]:
    begun = time.monotonic()
    with database.writing() as connection:
        connection.execute(select(func.count()).select_from(cases))
        kind = connection.dialect.name
    took = 1000 * (time.monotonic() - begun)
    yield Finding("database", "ok", f"{kind}, its tables up to date, written in {took:.0f} ms")


def _work(database: Database) -> Iterator[Finding]:
    late = stamp(datetime.now(timezone.utc) - timedelta(minutes=LATE_MINUTES))
    pending = (messages.c.turn_state == "pending") & (messages.c.created_at < late)
    stuck = outbox.c.due_at.is_not(None) & (outbox.c.attempts > 2)
    urgent = (cases.c.urgency == "urgent") & (cases.c.state == "waiting")
    wanted = {
        "messages": (messages, pending, "unanswered for minutes: is a desk running?"),
        "letters": (outbox, stuck, "to those on call do not go out: see mail below, or the log"),
        "cases": (cases, urgent, "urgent and waiting: python -m desk cases list"),
    }
    with database.reading() as connection:
        for part, (table, which, what) in wanted.items():
            count = select(func.count()).select_from(table).where(which)
            number = connection.execute(count).scalar_one()
            grade: Grade = "warn" if number else "ok"
            yield Finding(part, grade, f"{number} {what}" if number else "nothing is held up")


def _staff(database: Database, clinic: Clinic | None) -> Iterator[Finding]:
    people = [one for one in Staff(database).list() if one.active and one.can_log_in]
    if not any(one.is_admin for one in people):
        yield Finding(
            "staff",
            "warn",
            "no admin can log in, so nobody sees allegations:"
            " python -m desk staff add EMAIL --role admin",
        )
    else:
        yield Finding("staff", "ok", f"{len(people)} people can log in")
    if clinic is not None and not clinic.cases.on_call:
        yield Finding(
            "on call", "warn", "nobody is told of cases that wait too long: on_call in clinic.yml"
        )


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(Path.cwd()).free
    shown = f"{free / 1024**3:.1f} GiB free"
    if free < FREE_BYTES:
        yield Finding("disk", "fail", f"{shown}: make room before messages cannot be kept")
    else:
        yield Finding("disk", "ok", shown)


def _servers(settings: Settings) -> Iterator[Finding]:
    addresses = {
        "rasa": settings.rasa_url,
        "actions": str(httpx.URL(settings.actions_url).join("/health")),
    }
    with httpx.Client(timeout=SECONDS, trust_env=False) as http:
        for part, address in addresses.items():
            try:
                status = http.get(address).status_code
            except httpx.HTTPError as error:
                says = f"{type(error).__name__} at {address}: start it with make run"
                yield Finding(part, "fail", says)
                continue
            grade: Grade = "ok" if status == 200 else "fail"
            yield Finding(part, grade, f"{address} answers with {status}")


def _model() -> Iterator[Finding]:
    trained = sorted(MODEL.glob("*.tar.gz"))
    if trained:
        yield Finding("model", "ok", f"{trained[-1]}")
    else:
        yield Finding("model", "warn", "no trained assistant in models/: make train")


def _index(store: Path) -> Iterator[Finding]:
    try:
        days = (time.time() - (store / "current").stat().st_mtime) / 86400
    except OSError:
        yield Finding("index", "fail", f"no index in {store}: make index DOCUMENTS=folder")
        return
    grade: Grade = "warn" if days > INDEX_DAYS else "ok"
    advice = ": are the documents still true? make index" if grade == "warn" else ""
    yield Finding("index", grade, f"built {days:.0f} days ago{advice}")


def _mail(settings: Settings, clinic: Clinic | None) -> Iterator[Finding]:
    targets = [*clinic.cases.on_call, *clinic.cases.on_call_allegations] if clinic else []
    if not any(target.startswith("mailto:") for target in targets):
        return
    url = urlsplit(settings.smtp_url.get_secret_value())
    if not url.hostname:
        yield Finding("mail", "fail", "on_call names mail addresses: set DESK_SMTP_URL")
        return
    server = f"{url.hostname}:{url.port or 25}"
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(url.hostname, url.port or 0, timeout=SECONDS):
            yield Finding("mail", "ok", f"{server} answers")
    except (OSError, smtplib.SMTPException) as error:
        says = f"{type(error).__name__} at {server}: check DESK_SMTP_URL"
        yield Finding("mail", "fail", says)
