"""The desk's parts, put together once for a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.requests import Request

from desk.cases import Cases
from desk.database import Database
from desk.rasa_client import RasaClient
from desk.settings import Settings
from desk.store import Store
from desk.turns import Turns
from desk.website.events import Events
from desk.website.limits import Limiter
from desk.website.tokens import Tokens, load_secret

SECRET_FILE = Path("var/desk.secret")


@dataclass(frozen=True)
class Desk:
    settings: Settings
    database: Database
    store: Store
    cases: Cases
    rasa: RasaClient
    events: Events
    turns: Turns
    tokens: Tokens
    message_limit: Limiter
    address_limit: Limiter


def build(settings: Settings, http: httpx.AsyncClient) -> Desk:
    """Puts the parts together; opens nothing but the file with the secret."""
    database = Database(settings.database_url.get_secret_value())
    store, cases = Store(database), Cases(database)
    rasa = RasaClient(http, settings.rasa_url, settings.actions_url, settings.reply_seconds)
    events = Events(store)
    secret = settings.secret.get_secret_value() or load_secret(SECRET_FILE)
    return Desk(
        settings=settings,
        database=database,
        store=store,
        cases=cases,
        rasa=rasa,
        events=events,
        turns=Turns(store, cases, rasa, events.publish),
        tokens=Tokens(secret, settings.token_days),
        message_limit=Limiter(settings.rate_limit),
        address_limit=Limiter(settings.conversation_limit if settings.rate_limit else 0),
    )


def desk_of(request: Request) -> Desk:
    """The parts, for whoever answers a request."""
    desk: Desk = request.app.state.desk
    return desk
