"""What an action server answers is checked against a schema; the schema itself is checked once.

Rasa hands the schema to `jsonschema.validate`, which checks the schema too, at every call: 88 % of
the time of a turn with a custom action.
"""

from __future__ import annotations

from typing import Any

from bot.rasa import pinned


def apply() -> None:
    """Builds the validator and puts it in place; raises RasaUnknown."""
    pinned.require()
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.constants import DOCS_BASE_URL

    RemoteAction._validate_action_result = _method(
        RemoteAction.action_response_format_spec(), DOCS_BASE_URL
    )


def _method(schema: dict[str, Any], docs: str) -> Any:
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate_action_result(_: Any, result: dict[str, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is None:
            return True
        error.message += (
            ". Failed to validate Action server response from API, make sure your response from"
            f" the Action endpoint is valid. The format: {docs}/custom-actions"
        )
        raise error

    return validate_action_result
