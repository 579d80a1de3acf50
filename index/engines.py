"""What finds the nearest vectors: FAISS in this process, or a Qdrant server that many share.

An index is built for one of them, INDEX_ENGINE, and says so in its engine.json. Whatever the
engine, texts, words and tokens lie in the store's folder, and so do the vectors that the nearest
are compared with once more: a version's files never change and may be copied to every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from index.errors import EngineMismatch
from index.nearest import Nearest, open_nearest, write_codes
from index.rows import Array, Rows
from index.settings import Settings

FILE: Final = "engine.json"
SAMPLES: Final = 128


class Engine(Protocol):
    """One way to find vectors."""

    name: str

    def keep(self, folder: Path, rows: Mapping[str, Rows], threads: int) -> dict[str, float]:
        """Takes up the vectors of a new version; the measured recall by name where not all are
        compared. Raises EngineUnavailable."""
        ...

    def open(self, folder: Path, rows: Mapping[str, Rows]) -> dict[str, Nearest]:
        """Ready to search a version. Raises EngineUnavailable."""
        ...

    def check(self, store: Path, folder: Path) -> None:
        """Raises EngineMismatch where a version was built for another engine."""
        ...

    def forget(self, folder: Path) -> None:
        """Lets go of what it keeps for a version that is about to be removed."""
        ...


class FaissEngine:
    """FAISS, in this process, from files of the version."""

    name = "faiss"

    def keep(self, folder: Path, rows: Mapping[str, Rows], threads: int) -> dict[str, float]:
        """Writes NAME.faiss where there are many vectors; gives the recall measured on others."""
        note(folder, self.name)
        return {
            name: write_codes(folder, name, kept, _questions(rows, name), threads)
            for name, kept in rows.items()
            if kept.whole is None
        }

    def open(self, folder: Path, rows: Mapping[str, Rows]) -> dict[str, Nearest]:
        """Raises OSError, ValueError or RuntimeError on damaged files."""
        return {name: open_nearest(folder, name, kept) for name, kept in rows.items()}

    def check(self, store: Path, folder: Path) -> None:
        """Raises EngineMismatch where a version was built for another engine."""
        check(store, folder, self.name)

    def forget(self, folder: Path) -> None:
        """Nothing is kept elsewhere."""


def load_engine(settings: Settings) -> Engine:
    """The engine that the settings name; nothing is connected to yet."""
    if settings.engine == FaissEngine.name:
        return FaissEngine()
    from index.qdrant import QdrantEngine, connected

    key = settings.qdrant_api_key
    plain = key.get_secret_value() if key else None
    return QdrantEngine(lambda: connected(settings.qdrant_url, plain))


def note(folder: Path, engine: str, **more: str) -> None:
    """Writes down for what engine a version is made."""
    (folder / FILE).write_text(json.dumps({"engine": engine, **more}), encoding="utf-8")


def noted(folder: Path) -> dict[str, Any]:
    """What `note` wrote; empty where a build had not come so far."""
    try:
        return dict(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def check(store: Path, folder: Path, engine: str) -> None:
    """Raises EngineMismatch where a version was built for another engine."""
    built_for = str(noted(folder).get("engine"))
    if built_for != engine:
        raise EngineMismatch(built_for, engine, store)


def _questions(rows: Mapping[str, Rows], name: str) -> Array:
    """Vectors to try a search with: of another kind than those that are searched, as questions
    are. Sentences look for passages, passages for sentences."""
    others = rows["passages" if name != "passages" else "sentences"]
    chance = np.random.default_rng(0)
    chosen = chance.choice(others.count, min(SAMPLES, others.count), replace=False)
    return others.take(np.sort(chosen))
