"""Modules that Rasa imports at every start and this assistant never uses, TensorFlow first.

In their place stand modules with the few names that Rasa's other modules ask for at import. A
name that is not listed, or a listed class that somebody makes an instance of, says what to do.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from bot.rasa import pinned

CLASSES: Final[Mapping[str, Sequence[str]]] = {
    # Components that compute with TensorFlow.
    "rasa.nlu.classifiers.diet_classifier": ["DIETClassifier"],
    "rasa.nlu.selectors.response_selector": ["ResponseSelector"],
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ["ConveRTFeaturizer"],
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ["LanguageModelFeaturizer"],
    "rasa.core.policies.ted_policy": ["TEDPolicy"],
    "rasa.core.policies.unexpected_intent_policy": ["UnexpecTEDIntentPolicy"],
    "rasa.utils.train_utils": [],
    "rasa.utils.tensorflow.model_data": [
        "Data",
        "FeatureArray",
        "FeatureSignature",
        "RasaModelData",
        "ragged_array_to_ndarray",
    ],
    "rasa.utils.tensorflow.model_data_utils": [],
    # Components that bring scikit-learn's optimisers and statistics along.
    "rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer": ["CountVectorsFeaturizer"],
    "rasa.nlu.classifiers.logistic_regression_classifier": ["LogisticRegressionClassifier"],
    "rasa.utils.plotting": [],
    # Ways to talk to Rasa that go past the desk.
    "rasa.core.channels.botframework": ["BotFrameworkInput"],
    "rasa.core.channels.facebook": ["FacebookInput"],
    "rasa.core.channels.hangouts": ["HangoutsInput"],
    "rasa.core.channels.mattermost": ["MattermostInput"],
    "rasa.core.channels.rocketchat": ["RocketChatInput"],
    "rasa.core.channels.slack": ["SlackInput"],
    "rasa.core.channels.socketio": ["SocketIOInput"],
    "rasa.core.channels.telegram": ["TelegramInput"],
    "rasa.core.channels.twilio": ["TwilioInput"],
    "rasa.core.channels.twilio_voice": ["TwilioVoiceInput"],
    "rasa.core.channels.webexteams": ["WebexTeamsInput"],
    # Databases for conversations that are not ours.
    "boto3": [],
    "boto3.dynamodb": [],
    "boto3.dynamodb.conditions": ["Key"],
    "botocore": [],
    "botocore.exceptions": [],
    "pymongo": [],
    "pymongo.collection": ["Collection"],
    "pymongo.errors": [],
}
ERRORS: Final[Mapping[str, Sequence[str]]] = {
    "botocore.exceptions": ["BotoCoreError", "ClientError"],
    "pymongo.errors": ["ConnectionFailure", "OperationFailure", "DuplicateKeyError"],
}


class LeftOut(ImportError):
    """Something was used that `python -m bot.rasa` leaves out."""


def apply() -> None:
    """Leaves the modules out of this process. To be called before Rasa is imported; raises
    RasaUnknown, and RuntimeError where it is too late."""
    pinned.require()
    late = sorted(name for name in CLASSES if name in sys.modules)
    if late:
        raise RuntimeError(f"imported already, so it cannot be left out any more: {late[0]}")
    sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        if name not in CLASSES:
            return None
        package = any(other.startswith(f"{name}.") for other in CLASSES)
        return importlib.machinery.ModuleSpec(name, self, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        for error in ERRORS.get(name, ()):
            setattr(module, error, type(error, (Exception,), {"__module__": name}))
        for kind in CLASSES[name]:
            setattr(module, kind, type(kind, (_Unusable,), {"__module__": name}))
        vars(module)["__getattr__"] = lambda missing: _missing(name, missing)


class _Unusable:
    @classmethod
    def name(cls) -> str:
        """Channels are asked for it when Rasa lists them."""
        return cls.__name__

    def __init__(self, *_: Any, **__: Any) -> None:
        raise _left_out(f"{type(self).__module__}.{type(self).__name__}")


def _missing(module: str, name: str) -> Any:
    if name.startswith("__"):  # Python's own questions, to be answered in Python's way
        raise AttributeError(name)
    raise _left_out(f"{module}.{name}")


def _left_out(name: str) -> LeftOut:
    return LeftOut(
        f"{name} is left out by `python -m bot.rasa`; use plain `rasa`, or take its module off "
        "the list in bot/rasa/left_out.py"
    )
