"""The current index of a store, for a process that runs on while new ones are built."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from index import store as storage
from index.errors import IndexProblem
from index.reader import Reader
from index.search import Index

logger = logging.getLogger(__name__)


class LiveIndex:
    """Safe for several threads. A search that has begun ends on the index it began with."""

    def __init__(self, store: Path, reader: Reader) -> None:
        """Opens the current index; raises StoreMissing, StoreBroken or ModelMismatch."""
        self._store, self._reader = store, reader
        self._lock = threading.Lock()
        self._refused = ""
        self._seen: tuple[int, ...] = ()
        self._name, self._index = self._open()

    def current(self) -> Index:
        """The index that is current now: a build that has ended since the last call is taken up
        first, so that a removed document is gone at once.

        Where the new index cannot be used the one before goes on answering, and it is logged once.
        """
        if self._is_new():
            with self._lock:
                if self._is_new():
                    self._take_up()
        return self._index

    def search_ahead(self, question: str, k: int = 5) -> None:
        """Searches the index that is open for what may be asked in a moment."""
        self._index.search_ahead(question, k)

    def _is_new(self) -> bool:
        try:
            mark = storage.current_mark(self._store)
            if mark == self._seen:
                return False
            name = storage.current_version(self._store)
        except IndexProblem as problem:
            self._refuse("", problem)
            return False
        if name not in (self._name, self._refused):
            return True
        self._seen = mark
        return False

    def _take_up(self) -> None:
        try:
            name, index = self._open()
        except IndexProblem as problem:
            self._refuse(storage.current_version(self._store), problem)
            return
        self._name, self._index, self._refused = name, index, ""
        logger.warning("answering from index version %s now", index.version)

    def _refuse(self, name: str, problem: IndexProblem) -> None:
        reason = name or str(problem)
        if reason != self._refused:
            self._refused = reason
            logger.error("the index in use stays, the new one cannot be used: %s", problem)

    def _open(self) -> tuple[str, Index]:
        name = storage.current_version(self._store)
        index = Index.open(self._store, self._reader)
        index.search("warm up")  # the first search is slow
        return name, index
