"""The API does what its description says, whatever is sent: no 5xx, nothing undescribed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from desk.settings import Settings
from desk.website.api import ROUTES
from desk.website.tokens import Tokens
from desk.website.visit import VISIT_ROUTES
from tests.desk.conftest import SECRET, FakeRasa, Service, Visitor

FILE = Path(__file__).parents[2] / "desk/website/openapi.yml"
DESCRIPTION = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OPERATIONS = [
    (path, method)
    for path, operations in DESCRIPTION["paths"].items()
    for method in operations
    if method != "parameters"
]
PRIVATE = [(path, method) for path, method in OPERATIONS if "{conversation_id}" in path]
FOREIGN = st.text(max_size=20) | st.integers() | st.booleans() | st.none() | st.floats()
NONSENSE: st.SearchStrategy[Any] = st.recursive(
    FOREIGN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
)


def resolved(value: Any) -> Any:
    """A part of the description with its references followed, as a JSON schema."""
    if isinstance(value, list):
        return [resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        found = DESCRIPTION
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return resolved(found)
    schema = {key: resolved(one) for key, one in value.items() if key != "nullable"}
    if value.get("nullable") and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


def described(path: str, method: str) -> dict[str, Any]:
    operation: dict[str, Any] = resolved(DESCRIPTION["paths"][path][method])
    return operation


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What the description allows, and now and then what it does not."""
    kind = schema.get("type")
    if "enum" in schema:
        right: st.SearchStrategy[Any] = st.sampled_from(schema["enum"])
    elif kind == "string" and "pattern" in schema:
        right = st.from_regex(schema["pattern"], fullmatch=True)
    elif kind == "string" or kind == ["string", "null"]:
        right = st.text(min_size=schema.get("minLength", 0))
    elif kind == "integer":
        right = st.integers(min_value=schema.get("minimum"))
    elif kind == "boolean":
        right = st.booleans()
    else:
        right = NONSENSE
    return st.one_of(right, right, right, NONSENSE)


def bodies(operation: dict[str, Any]) -> st.SearchStrategy[Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return st.none() | NONSENSE
    properties = content["schema"].get("properties", {})
    whole = st.fixed_dictionaries(
        {}, optional={name: values(schema) for name, schema in properties.items()}
    )
    complete = st.fixed_dictionaries({name: values(one) for name, one in properties.items()})
    return st.one_of(complete, complete, whole, NONSENSE)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path_factory.mktemp('openapi')}/desk.db"
    given = {"DATABASE_URL": url, "DESK_SECRET": SECRET, "DESK_RATE_LIMIT": "0"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in given.items():
            environment.setenv(name, value)
        service = Service(Settings(), FakeRasa())
    yield service
    service.stop()


def check(operation: dict[str, Any], response: httpx.Response) -> None:
    """The answer is one of those that are described."""
    assert response.status_code < 500, response.text
    answer = operation["responses"].get(str(response.status_code))
    assert answer is not None, f"{response.status_code} is not described: {response.text}"
    content = answer.get("content", {}).get("application/json")
    if content is not None:
        jsonschema.validate(response.json(), content["schema"])


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {
        (route.path, method.lower())
        for route in [*ROUTES, *VISIT_ROUTES]
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert routes == set(OPERATIONS)


@pytest.mark.parametrize("path,method", OPERATIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_whatever_is_sent_gets_an_answer_that_is_described(
    service: Service, path: str, method: str, data: st.DataObject
) -> None:
    operation = described(path, method)
    visitor = Visitor(service)
    if path.endswith(("feedback", "export", "transcript")):
        visitor.say("hello")
    url = path.replace("{conversation_id}", visitor.id)
    query = {
        one["name"]: data.draw(st.none() | values(one["schema"]))
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    }
    params = {name: str(value) for name, value in query.items() if value is not None}
    body = data.draw(bodies(operation)) if method == "post" else None
    headers = {**visitor.headers, "Content-Type": "application/json"}
    content = json.dumps(body).encode() if body is not None else b""
    with service.client.stream(
        method.upper(), url, params=params, headers=headers, content=content
    ) as response:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return  # it goes on for ever; see test_events
        response.read()
        check(operation, response)


@pytest.mark.parametrize("path,method", [one for one in OPERATIONS if one[1] == "post"])
@pytest.mark.parametrize("content", [b"\xff", b"{", b"[]", b"1" * 70_000, b"[" * 50_000])
def test_bytes_that_mean_nothing_are_refused_as_described(
    service: Service, path: str, method: str, content: bytes
) -> None:
    visitor = Visitor(service)
    url = path.replace("{conversation_id}", visitor.id)
    headers = {**visitor.headers, "Content-Type": "application/json"}
    check(described(path, method), service.client.post(url, content=content, headers=headers))


def tokens(service: Service, visitor: Visitor) -> dict[str, str | None]:
    """Every way in which a token can be wrong."""
    expired = Tokens(SECRET, -1)
    right = visitor.token
    return {
        "missing": None,
        "empty": "Bearer",
        "of another kind": f"Basic {right}",
        "forged": f"Bearer {right[:-2]}xx",
        "signed by somebody else": f"Bearer {Tokens('another secret!!', 1).issue(visitor.id)}",
        "of another conversation": f"Bearer {Visitor(service).token}",
        "a staff session's": "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "an id": f"Bearer {visitor.id}",
        "expired": f"Bearer {expired.issue(visitor.id)}",
    }


@pytest.mark.parametrize("path,method", PRIVATE)
def test_no_visitor_reads_or_changes_anothers_conversation(
    service: Service, path: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(service)
    visitor.say("private words", "m1")
    desk = service.app.state.desk
    before = (desk.store.messages(visitor.id), desk.cases.of_conversation(visitor.id))
    url = path.replace("{conversation_id}", visitor.id)
    body = {"json": {"message_id": "m2", "text": "x", "typing": True, "contact": "5"}}
    more = body if method == "post" else {}
    for name, authorization in tokens(service, visitor).items():
        if name == "expired":
            monkeypatch.setattr(desk.tokens, "_max_age", -1)
        headers = {"Authorization": authorization} if authorization else {}
        response = service.client.request(method.upper(), url, headers=headers, **more)
        assert response.status_code in (401, 403), name
        assert "private words" not in response.text
        check(described(path, method), response)
    monkeypatch.undo()
    assert (desk.store.messages(visitor.id), desk.cases.of_conversation(visitor.id)) == before


@pytest.mark.parametrize("conversation", ["", "..", "a/b", "%00", "x" * 3000, "'; DROP TABLE x;--"])
def test_a_strange_id_opens_nothing(service: Service, conversation: str) -> None:
    visitor = Visitor(service)
    url = f"/api/conversations/{quote(conversation, safe='')}"
    response = service.client.get(url, headers=visitor.headers)
    assert response.status_code in (307, 401, 403, 404, 405)
