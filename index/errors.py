"""Everything that can go wrong in this part.

IndexProblem
├── SettingInvalid        an environment variable holds something that cannot be used
├── DocumentUnreadable    one document could not be turned into text
├── NoDocuments           a folder holds nothing that could be indexed
├── ModelUnavailable      the embedding model cannot be found, loaded or prepared
├── ModelMismatch         the index was built with another model than the one in use
├── EngineUnavailable     the vector engine cannot be reached or refuses
├── EngineMismatch        the index was built for another vector engine than the one in use
├── StoreMissing          there is no index where one was looked for
├── StoreBroken           the files of an index are damaged, missing or of another format
├── StoreBusy             another build is writing to the same store
├── StoreUnwritable       the disk refused the new index; the old one is untouched
├── GapsUnreadable        the file of unanswered questions cannot be read
├── ReportUnwritable      the report could not be written
└── QuestionEmpty         a question without a word in it
"""

from __future__ import annotations

from pathlib import Path


class IndexProblem(Exception):
    """Base of all errors of this part; its text is one line meant for people."""


class SettingInvalid(IndexProblem):
    """An environment variable holds something that cannot be used."""


class DocumentUnreadable(IndexProblem):
    """One document could not be turned into text."""

    def __init__(self, document: str, reason: str) -> None:
        super().__init__(f"{document}: {reason}")
        self.document = document
        self.reason = reason


class NoDocuments(IndexProblem):
    """A folder holds nothing that could be indexed."""


class ModelUnavailable(IndexProblem):
    """The embedding model cannot be found, loaded or prepared."""


class ModelMismatch(IndexProblem):
    """The index was built with another model than the one in use."""

    def __init__(self, built_with: str, in_use: str, store: Path, documents: str) -> None:
        super().__init__(
            f"the index in {store} was built with the model {built_with}, but {in_use} is in use; "
            f"rebuild it: python -m index build --documents {documents} --store {store}"
        )
        self.built_with = built_with
        self.in_use = in_use


class EngineUnavailable(IndexProblem):
    """The vector engine cannot be reached or refuses."""


class EngineMismatch(IndexProblem):
    """The index was built for another vector engine than the one in use."""

    def __init__(self, built_for: str, in_use: str, store: Path) -> None:
        super().__init__(
            f"the index in {store} was built for {built_for}, but INDEX_ENGINE is {in_use}; "
            f"set it to {built_for} or rebuild: python -m index build --documents DIR "
            f"--store {store}"
        )
        self.built_for = built_for
        self.in_use = in_use


class StoreMissing(IndexProblem):
    """There is no index where one was looked for."""

    def __init__(self, store: Path) -> None:
        super().__init__(
            f"there is no index in {store}; "
            f"build one: python -m index build --documents DIR --store {store}"
        )


class StoreBroken(IndexProblem):
    """The files of an index are damaged, missing or of another format."""

    def __init__(self, store: Path, reason: str) -> None:
        super().__init__(
            f"the index in {store} cannot be used: {reason}; "
            f"rebuild it: python -m index build --documents DIR --store {store}"
        )


class StoreBusy(IndexProblem):
    """Another build is writing to the same store."""


class StoreUnwritable(IndexProblem):
    """The disk refused the new index; the old one is untouched."""


class GapsUnreadable(IndexProblem):
    """The file of unanswered questions cannot be read."""


class ReportUnwritable(IndexProblem):
    """The report could not be written."""


class QuestionEmpty(IndexProblem):
    """A question without a word in it."""
