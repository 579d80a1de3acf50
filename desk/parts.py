"""The desk's parts, put together once for a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
from starlette.requests import Request

from desk import texts
from desk.answering import Answering
from desk.canned import Canned
from desk.cases import Cases
from desk.clinic import Clinic, Lines, load_clinic, load_lines
from desk.console.drafts import Drafts
from desk.database import Database
from desk.deliveries import Deliveries
from desk.feedback import FeedbackStore
from desk.keeper import Keeper
from desk.metrics import Metrics
from desk.notices import Notices
from desk.outbox import Outbox, Senders
from desk.rasa_client import RasaClient
from desk.requests import Requests
from desk.retention import Retention
from desk.sessions import Sessions
from desk.settings import Settings
from desk.slack.service import Slack, slack_settings
from desk.staff import Staff
from desk.store import Store
from desk.turn_queue import TurnQueue
from desk.turns import Turns
from desk.website.events import Events
from desk.website.limits import Limiter
from desk.website.states import States
from desk.website.tokens import Tokens, load_secret

SECRET_FILE = Path("var/desk.secret")
LEASE_GRACE_SECONDS = 7.0  # for storing what was answered at the last moment


@dataclass(frozen=True)
class Desk:
    settings: Settings
    clinic: Clinic
    lines: Lines
    database: Database
    notices: Notices
    store: Store
    cases: Cases
    staff: Staff
    sessions: Sessions
    feedback: FeedbackStore
    canned: Canned
    drafts: Drafts
    requests: Requests
    states: States
    rasa: RasaClient
    events: Events
    turns: Turns
    keeper: Keeper
    deliveries: Deliveries
    slack: Slack
    metrics: Metrics
    tokens: Tokens
    message_limit: Limiter
    address_limit: Limiter
    typing_limit: Limiter
    login_limit: Limiter


def build(settings: Settings, http: httpx.AsyncClient, to_rasa: aiohttp.ClientSession) -> Desk:
    """Puts the parts together; opens nothing but files. Raises SettingsError."""
    clinic, lines = load_clinic(settings.clinic_file), load_lines(settings.country)
    texts.speak_for(lines.phrases)
    database = Database(settings.database_url.get_secret_value())
    notices = Notices(database)
    store, cases = Store(database), Cases(database, clinic.cases.claim_minutes)
    rasa = RasaClient(to_rasa, settings.rasa_url, settings.actions_url, settings.reply_seconds)
    metrics = Metrics(database, settings.index_store)
    answering = Answering(store, cases, rasa, metrics, clinic.opening)
    lease_seconds = settings.reply_seconds + LEASE_GRACE_SECONDS
    queue = TurnQueue(database, lease_seconds, clinic.cases.claim_minutes)
    senders = Senders(
        http, settings.smtp_url.get_secret_value(), settings.mail_from, settings.public_url
    )
    states = States(store, cases, Staff(database), notices, clinic.opening)
    secret = settings.secret.get_secret_value() or load_secret(SECRET_FILE)
    turns = Turns(queue, store, answering, notices, metrics)
    slack = Slack(
        slack_settings(),
        database,
        notices,
        turns,
        cases,
        message_chars=settings.message_chars,
        link=settings.public_url,
    )
    return Desk(
        settings=settings,
        clinic=clinic,
        lines=lines,
        database=database,
        notices=notices,
        store=store,
        cases=cases,
        staff=Staff(database),
        sessions=Sessions(database),
        feedback=FeedbackStore(database),
        canned=Canned(database),
        drafts=Drafts(http, settings.actions_url, settings.reply_seconds),
        requests=Requests(database, store, cases),
        states=states,
        rasa=rasa,
        events=Events(store, notices, states),
        turns=turns,
        metrics=metrics,
        keeper=Keeper(cases, Outbox(database, senders), Retention(database), clinic),
        deliveries=Deliveries(database),
        slack=slack,
        tokens=Tokens(secret, settings.token_days),
        message_limit=Limiter(settings.rate_limit),
        typing_limit=Limiter(60 if settings.rate_limit else 0),
        login_limit=Limiter(30 if settings.rate_limit else 0),
        address_limit=Limiter(settings.conversation_limit if settings.rate_limit else 0),
    )


def desk_of(request: Request) -> Desk:
    """The parts, for whoever answers a request."""
    desk: Desk = request.app.state.desk
    return desk
