"""The index on disk.

    store/
      current                    the name of the version in use, replaced in one step
      lock                       held by a running build
      cache/                     readings of passages, see index/cache.py
      versions/NAME/
        manifest.json            what is in it, and the sha256 of every other file
        passages.jsonl           one passage a line
        passages.faiss           one vector a passage
        sentences.faiss          one vector a sentence, in the order of the passages
        questions.faiss          one a question that a document says it answers, likewise
        token*.npy               see index/token_store.py
        bm25/                    bm25s' own files

A version is written beside the others, flushed, and only then made current, so a reader finds
the old index or the new one and never a part. The version before the current one is kept for
readers that have just looked up its name.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreBroken, StoreBusy, StoreMissing, StoreUnwritable
from index.lexical import Lexicon
from index.passages import Passage
from index.token_store import TokenStore

if TYPE_CHECKING:
    from faiss import IndexFlatIP

FORMAT = 3
_MAKING = "making-"


@dataclass(frozen=True)
class Manifest:
    """What an index was made of; `documents` and `files` map names to their sha256.

    `left_out` has a line for every file, or part of one, that did not go in.
    """

    format: int
    version: str
    built_at: str
    model: str
    fingerprint: str
    dimension: int
    documents_folder: str
    documents: dict[str, str]
    passages: int
    sentences: int
    files: dict[str, str]
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Contents:
    """An index in memory."""

    manifest: Manifest
    passages: tuple[Passage, ...]
    passage_vectors: IndexFlatIP
    sentence_vectors: IndexFlatIP
    question_vectors: IndexFlatIP
    lexicon: Lexicon
    tokens: TokenStore


def flat_index(vectors: NDArray[np.float32]) -> IndexFlatIP:
    """An exact inner product index of vectors, shape (n, dimension)."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return index


def write(store: Path, contents: Contents) -> Manifest:
    """Makes `contents` the current index, all of it or nothing; to be called under `locked`.

    The manifest's version and files are filled in. Raises StoreUnwritable.
    """
    versions = store / "versions"
    making = None
    try:
        versions.mkdir(parents=True, exist_ok=True)
        _prune(store)
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=versions))
        making.chmod(0o755)
        manifest = _write_files(making, contents)
        stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
        name = f"{stamp}-{manifest.version}"
        making = making.replace(versions / name)
        _sync(versions)
        _point_to(store, name)
        making = None
        _prune(store)
        return manifest
    except (OSError, RuntimeError) as error:  # RuntimeError: how faiss says that a disk is full
        raise StoreUnwritable(
            f"the new index could not be written to {store}: {error}; the old one is unchanged"
        ) from error
    finally:
        if making is not None:
            shutil.rmtree(making, ignore_errors=True)


def read(store: Path) -> Contents:
    """The current index, every file verified; raises StoreMissing or StoreBroken."""
    folder = store / "versions" / current_version(store)
    manifest = _read_manifest(store, folder)
    for name, digest in manifest.files.items():
        if not (folder / name).is_file():
            raise StoreBroken(store, f"{name} is missing")
        if _sha256(folder / name) != digest:
            raise StoreBroken(store, f"{name} is not as it was written")
    return _read_files(store, folder, manifest)


def current_version(store: Path) -> str:
    """The folder name of the version in use; raises StoreMissing or StoreBroken."""
    try:
        name = (store / "current").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreMissing(store) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StoreBroken(store, f"its pointer 'current' cannot be read: {error}") from error
    if not name or Path(name).name != name or not (store / "versions" / name).is_dir():
        raise StoreBroken(store, f"its pointer 'current' names {name!r}, which is not there")
    return name


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Keeps other builds out of the store; raises StoreBusy or StoreUnwritable."""
    import fcntl

    try:
        store.mkdir(parents=True, exist_ok=True)
        handle = (store / "lock").open("a")
    except OSError as error:
        raise StoreUnwritable(f"{store} cannot be written: {error.strerror}") from error
    with handle:
        try:
            # Let go by the system when the process ends, however it ends.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(
                f"another build is writing to {store}; wait for it to end and try again"
            ) from error
        yield


def _write_files(folder: Path, contents: Contents) -> Manifest:
    import faiss

    with (folder / "passages.jsonl").open("w", encoding="utf-8") as stream:
        for passage in contents.passages:
            stream.write(json.dumps(asdict(passage), ensure_ascii=False) + "\n")
    faiss.write_index(contents.passage_vectors, str(folder / "passages.faiss"))
    faiss.write_index(contents.sentence_vectors, str(folder / "sentences.faiss"))
    faiss.write_index(contents.question_vectors, str(folder / "questions.faiss"))
    contents.lexicon.save(folder / "bm25")
    contents.tokens.save(folder)
    files = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    made_of = (FORMAT, contents.manifest.fingerprint, files["passages.jsonl"])
    version = hashlib.sha256(repr(made_of).encode()).hexdigest()[:12]
    manifest = replace(contents.manifest, version=version, files=files)
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)
    return manifest


def _read_manifest(store: Path, folder: Path) -> Manifest:
    try:
        values = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            raise StoreBroken(
                store, f"it has format {values['format']}, this program reads {FORMAT}"
            )
        return Manifest(**values)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreBroken(store, f"manifest.json cannot be read ({error})") from error


def _read_files(store: Path, folder: Path, manifest: Manifest) -> Contents:
    import faiss

    try:
        lines = (folder / "passages.jsonl").read_text(encoding="utf-8").split("\n")
        contents = Contents(
            manifest,
            tuple(_passage(line) for line in lines if line),
            faiss.read_index(str(folder / "passages.faiss")),
            faiss.read_index(str(folder / "sentences.faiss")),
            faiss.read_index(str(folder / "questions.faiss")),
            Lexicon.load(folder / "bm25"),
            TokenStore.load(folder),
        )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise StoreBroken(store, f"its files cannot be read ({error})") from error
    _check_counts(store, contents)
    return contents


def _check_counts(store: Path, contents: Contents) -> None:
    manifest = contents.manifest
    for what, found, expected in (
        ("passages", len(contents.passages), manifest.passages),
        ("passage vectors", contents.passage_vectors.ntotal, manifest.passages),
        ("sentence vectors", contents.sentence_vectors.ntotal, manifest.sentences),
        ("passages with tokens", len(contents.tokens.starts) - 1, manifest.passages),
        ("dimensions", contents.passage_vectors.d, manifest.dimension),
    ):
        if found != expected:
            raise StoreBroken(store, f"it holds {found} {what}, its manifest says {expected}")


def _passage(line: str) -> Passage:
    values = json.loads(line)
    lists = {key: tuple(values[key]) for key in ("sentences", "questions")}
    return Passage(**(values | lists))


def _point_to(store: Path, name: str) -> None:
    handle, path = tempfile.mkstemp(prefix="current-", dir=store)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(name + "\n")
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.fsync(stream.fileno())
        Path(path).replace(store / "current")
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    _sync(store)


def _prune(store: Path) -> None:
    """Removes all versions but the current one and the one before, and what kills left."""
    names = sorted(path.name for path in (store / "versions").iterdir())
    finished = [name for name in names if not name.startswith(_MAKING)]
    try:
        current = current_version(store)
    except (StoreMissing, StoreBroken):
        current = ""
    keep = {current, *[name for name in finished if name < current][-1:]}
    for name in names:
        if name not in keep:
            shutil.rmtree(store / "versions" / name, ignore_errors=True)
    for stray in store.glob("current-*"):
        stray.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    """Has the system put a file or a folder on the disk before anything points to it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
