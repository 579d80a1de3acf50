"""Documents to passages, and questions to the passages that answer them.

from index import Index, build, load_reader

reader = load_reader()
build(Path("index/documents"), Path("var/index"), reader)
result = Index.open(Path("var/index"), reader).search("How does ketamine work?")
"""

from index.builder import BuildReport, build
from index.embedder import Embedder, load_embedder
from index.errors import (
    DocumentUnreadable,
    EngineMismatch,
    EngineUnavailable,
    IndexProblem,
    ModelMismatch,
    ModelUnavailable,
    NoDocuments,
    QuestionEmpty,
    SettingInvalid,
    StoreBroken,
    StoreBusy,
    StoreMissing,
    StoreUnwritable,
)
from index.live import LiveIndex
from index.passages import Passage
from index.reader import PlainReader, Reader, load_reader
from index.search import Index, ScoredPassage, SearchResult
from index.settings import Settings, load_settings

__all__ = [
    "BuildReport",
    "DocumentUnreadable",
    "Embedder",
    "EngineMismatch",
    "EngineUnavailable",
    "Index",
    "IndexProblem",
    "LiveIndex",
    "ModelMismatch",
    "ModelUnavailable",
    "NoDocuments",
    "Passage",
    "PlainReader",
    "QuestionEmpty",
    "Reader",
    "ScoredPassage",
    "SearchResult",
    "SettingInvalid",
    "Settings",
    "StoreBroken",
    "StoreBusy",
    "StoreMissing",
    "StoreUnwritable",
    "build",
    "load_embedder",
    "load_reader",
    "load_settings",
]
