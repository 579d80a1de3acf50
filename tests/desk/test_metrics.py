from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from desk.logs import JsonLines, PlainLines
from desk.metrics import Metrics
from desk.settings import Settings
from tests.desk.conftest import FakeRasa, Service, Visitor

ANN = "ann@clinic.example"


def counted(service: Service) -> dict[str, float]:
    response = service.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_turns_cases_and_gaps_are_counted(
    service: Service, visitor: Visitor, rasa: FakeRasa
) -> None:
    visitor.say("hello")
    trace = {"gate": {"label": "general_education", "source": "classifier"}}
    rasa.respond = rasa.answer(outcome="no_answer", trace=trace)
    visitor.say("and?")
    rasa.respond = rasa.answer(outcome="crisis", reason="suicide")
    case_id = visitor.say("a danger")[0]["case_id"]
    rasa.delay = 2
    visitor.say("slow")
    found = counted(service)
    assert found['desk_turns_total{outcome="answer"}'] == 1
    assert found['desk_handoffs_total{reason="suicide"}'] == 1
    assert found["desk_retrieval_below_threshold_total"] == 1
    assert found['desk_gate_verdicts_total{label="general_education",source="classifier"}'] == 1
    assert found['desk_assistant_unavailable_total{cause="timeout"}'] == 1
    waiting = 'desk_cases_waiting{queue="general",state="waiting",urgency="urgent"}'
    assert found[waiting] == 1
    service.app.state.desk.cases.claim(case_id, ANN)
    found = counted(service)
    assert waiting not in found
    assert found["desk_time_to_claim_seconds_count"] == 1
    assert found["desk_database_up"] == 1


def test_counting_says_so_when_the_database_is_away(service: Service) -> None:
    with service.app.state.desk.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE feedback RENAME TO moved")
    assert counted(service)["desk_database_up"] == 0


def test_the_age_of_the_index_is_told(service: Service, tmp_path: Path) -> None:
    (tmp_path / "current").write_text("version")
    metrics = Metrics(service.app.state.desk.database, tmp_path)
    age = re.search(rb"^desk_index_age_seconds (\S+)$", metrics.text(), re.MULTILINE)
    assert age and 0 <= float(age[1]) < 60


def test_the_figures_are_not_for_visitors(
    start: Callable[[Settings], Service], settings: Settings
) -> None:
    """Behind a proxy everybody looks like this machine."""
    token = "a token for figures"
    open_one = start(settings)
    assert (
        open_one.client.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 404
    )
    closed = start(settings.copy(update={"metrics_token": SecretStr(token)}))
    assert closed.client.get("/metrics").status_code == 404
    for given, status in ((token, 200), ("another", 404), ("ü", 404)):
        headers = {"Authorization": f"Bearer {given}".encode()}
        assert closed.client.get("/metrics", headers=headers).status_code == status


def test_a_line_of_the_log_is_an_object_with_its_ids() -> None:
    record = logging.getLogger("desk").makeRecord(
        "desk", logging.INFO, "file", 1, "turn %s", ("over",), None, extra={"turn": 7}
    )
    line = json.loads(JsonLines().format(record))
    assert (line["message"], line["turn"], line["level"]) == ("turn over", 7, "info")
    assert "turn over turn=7" in PlainLines().format(record)


def test_a_turn_leaves_its_outcome_and_its_ids_in_the_log(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    visitor.say("unmistakable")
    (record,) = [one for one in caplog.records if one.getMessage() == "turn over"]
    line = JsonLines().format(record)
    assert json.loads(line)["conversation_id"] == visitor.id
    assert json.loads(line)["outcome"] == "answer"
    assert "unmistakable" not in line
