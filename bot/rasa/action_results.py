"""What an action server answers is checked against a schema; the schema itself is checked once.

Rasa hands the schema to `jsonschema.validate`, which checks the schema too, at every call: 88 % of
the time of a turn with a custom action. And each event is tried as every kind of event that there
is, where its name says which kind it is. What came over the socket was made by our own actions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.rasa import pinned
from bot.rasa.action_socket import OwnResult


def apply() -> None:
    """Builds the validators and puts them in place; raises RasaUnknown."""
    pinned.require()
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.constants import DOCS_BASE_URL

    RemoteAction._validate_action_result = _method(
        RemoteAction.action_response_format_spec(), DOCS_BASE_URL
    )


def shortcut(schema: Mapping[str, Any], validator: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """Whether a result is valid, by the kinds that its events name; where it says no, only the
    whole schema knows whether that is true, and why.
    """
    properties = dict(schema["properties"])
    event = dict(properties.pop("events")["items"])
    kinds = event.pop("oneOf")
    named = {kind["properties"]["event"]["const"]: kind for kind in kinds}
    if len(named) != len(kinds):  # a name alone would not tell the kind
        return lambda _: False
    rest = validator({**schema, "properties": properties})
    known = {name: validator({"allOf": [event, kind]}) for name, kind in named.items()}

    def is_valid(result: Any) -> bool:
        if not isinstance(result, dict) or not isinstance(result.get("events", []), list):
            return False
        return rest.is_valid(result) and all(
            isinstance(one, dict)
            and isinstance(one.get("event"), str)
            and one["event"] in known
            and known[one["event"]].is_valid(one)
            for one in result.get("events", ())
        )

    return is_valid


def _method(schema: dict[str, Any], docs: str) -> Any:
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    kind = validator_for(schema)
    kind.check_schema(schema)
    whole, is_valid = kind(schema), shortcut(schema, kind)

    def validate_action_result(_: Any, result: dict[str, Any]) -> bool:
        if isinstance(result, OwnResult) or is_valid(result):
            return True
        error = best_match(whole.iter_errors(result))
        if error is None:
            return True
        error.message += (
            ". Failed to validate Action server response from API, make sure your response from"
            f" the Action endpoint is valid. The format: {docs}/custom-actions"
        )
        raise error

    return validate_action_result
