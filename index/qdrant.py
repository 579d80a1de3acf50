"""Vectors in Qdrant: three collections for each version of an index."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from index.engines import check, note, noted
from index.errors import EngineUnavailable
from index.nearest import Nearest, Numbers
from index.rows import FLAT_MOST, Array, Rows

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

logger = logging.getLogger(__name__)

_BATCH: Final = 512
_TIMEOUT_SECONDS: Final = 10
# How far the server looks round in its graph; all are compared up to FLAT_MOST vectors.
_LOOKED_ROUND: Final = 256


class QdrantEngine:
    """A Qdrant server. A version's collections are named after a number in its engine.json."""

    name = "qdrant"

    def __init__(self, connect: Callable[[], QdrantClient]) -> None:
        """`connect` is called once, when it is first needed."""
        self._connect = connect
        self._client: QdrantClient | None = None

    def keep(self, folder: Path, rows: Mapping[str, Rows], threads: int) -> dict[str, float]:
        """Uploads all vectors in parts. Raises EngineUnavailable."""
        number = uuid.uuid4().hex
        # Before the first collection is made: a build that is killed leaves word of them.
        note(folder, self.name, number=number)
        for name, kept in rows.items():
            if kept.count:
                with _translated():
                    _upload(self._connected(), _collection(number, name), kept)
        return {}

    def open(self, folder: Path, rows: Mapping[str, Rows]) -> dict[str, Nearest]:
        """Raises EngineUnavailable."""
        number = str(noted(folder)["number"])
        found: dict[str, Nearest] = {}
        for name, kept in rows.items():
            collection = _collection(number, name)
            if kept.count:
                self._check_count(collection, kept.count)
            found[name] = _Collection(self._connected(), collection, kept.count)
        return found

    def check(self, store: Path, folder: Path) -> None:
        """Raises EngineMismatch where a version was built for another engine."""
        check(store, folder, self.name)

    def forget(self, folder: Path) -> None:
        """Removes the version's collections. A server that does not answer is told of in the log
        and does not stop the build: the collections cost disk and no answer."""
        number = noted(folder).get("number")
        if number is None:
            return
        try:
            with _translated():
                for name in ("passages", "sentences", "questions"):
                    self._connected().delete_collection(_collection(str(number), name))
        except EngineUnavailable as problem:
            logger.warning("collections of version %s are left behind: %s", number, problem)

    def _connected(self) -> QdrantClient:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _check_count(self, collection: str, expected: int) -> None:
        with _translated():
            found = self._connected().count(collection, exact=True).count
        if found != expected:
            raise EngineUnavailable(
                f"Qdrant's {collection} holds {found} vectors, the index has {expected}; "
                "build the index again"
            )


class _Collection:
    def __init__(self, client: QdrantClient, name: str, count: int) -> None:
        self._client, self._name, self._count = client, name, count

    def nearest(self, vector: Array, count: int) -> Numbers:
        """The numbers of the nearest vectors by inner product, nearest first, at most `count`."""
        if not self._count:
            return np.zeros(0, np.int64)
        with _translated():
            found = self._client.query_points(
                self._name,
                query=vector.tolist(),
                limit=min(count, self._count),
                with_payload=False,
            )
        return np.array([point.id for point in found.points], np.int64)


def connected(url: str, key: str | None) -> QdrantClient:
    """A client of a server, or of a folder in this process (file:FOLDER)."""
    from qdrant_client import QdrantClient

    if url.startswith("file:"):
        with _translated():
            return QdrantClient(path=url.removeprefix("file:"))
    return QdrantClient(url=url, api_key=key, timeout=_TIMEOUT_SECONDS, check_compatibility=False)


def _collection(number: str, name: str) -> str:
    return f"faq-{number}-{name}"


def _upload(client: QdrantClient, collection: str, rows: Rows) -> None:
    from qdrant_client import models

    client.create_collection(
        collection,
        models.VectorParams(size=rows.dimension, distance=models.Distance.DOT, on_disk=True),
        hnsw_config=models.HnswConfigDiff(
            ef_construct=_LOOKED_ROUND,  # also how far a search looks round
            full_scan_threshold=FLAT_MOST * rows.dimension * 4 // 1024,
        ),
        quantization_config=models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        ),
    )
    for start, block in rows.blocks(_BATCH):
        numbers: Any = list(range(start, start + len(block)))
        client.upsert(collection, models.Batch(ids=numbers, vectors=block.tolist()), wait=True)


@contextmanager
def _translated() -> Iterator[None]:
    """Qdrant's errors as ours, without what a vector or a key says."""
    try:
        yield
    except EngineUnavailable:
        raise
    except Exception as error:  # the client and what it calls raise all kinds
        raise EngineUnavailable(
            f"Qdrant does not do what is asked ({type(error).__name__}); "
            "see that QDRANT_URL and QDRANT_API_KEY are right and that the server runs"
        ) from error
