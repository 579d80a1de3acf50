"""The versions of an index on disk, and which of them is in use.

    store/
      current                    the name of the version in use, replaced in one step
      lock                       held by a running build
      cache/                     readings of passages, see index/cache.py
      versions/NAME/
        manifest.json            what is in it, and the digest of every other file
        engine.json              what finds near vectors in it, see index/engines.py
        the rest                 see index/contents.py

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from index.errors import StoreBroken, StoreBusy, StoreMissing, StoreUnwritable

FORMAT: Final = 5
_MAKING: Final = "making-"
# Larger files are vouched for by their size and this many of their parts: a version of many
# gigabytes has to open in a moment.
_WHOLE_BYTES: Final = 64 << 20
_SAMPLES: Final = 32
_SAMPLE_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What an index was made of; `documents` maps names to their sha256, `files` to a digest.

    `left_out` has a line for every file, or part of one, that did not go in.
    `recall`: the part of the ten nearest that is found, by kind of vector, where not all are
    compared."""

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
    recall: dict[str, float] = field(default_factory=dict)


def write(
    store: Path,
    fill: Callable[[Path], Manifest],
    forget: Callable[[Path], None] = lambda folder: None,
) -> Manifest:
    """Makes what `fill` puts into a folder the current index, all of it or nothing; to be called
    under `locked`.

    The manifest's version and files are filled in. `forget` is told of every version before its
    folder is removed. Raises StoreUnwritable.
    """
    versions = store / "versions"
    making = None
    try:
        versions.mkdir(parents=True, exist_ok=True)
        _prune(store, forget)
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=versions))
        making.chmod(0o755)
        manifest = _write_files(making, fill)
        stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
        name = f"{stamp}-{manifest.version}"
        making = making.replace(versions / name)
        _sync(versions)
        _point_to(store, name)
        making = None
        _prune(store, forget)
        return manifest
    except (OSError, RuntimeError) as error:  # RuntimeError: how faiss says that a disk is full
        raise StoreUnwritable(
            f"the new index could not be written to {store}: {error}; the old one is unchanged"
        ) from error
    finally:
        if making is not None:
            _remove(making, forget)


def current_folder(store: Path) -> tuple[Path, Manifest]:
    """The version in use, every file verified; raises StoreMissing or StoreBroken."""
    folder = store / "versions" / current_version(store)
    manifest = _read_manifest(store, folder)
    for name, digest in manifest.files.items():
        if not (folder / name).is_file():
            raise StoreBroken(store, f"{name} is missing")
        if _digest(folder / name) != digest:
            raise StoreBroken(store, f"{name} is not as it was written")
    return folder, manifest


def current_version(store: Path) -> str:
    """The folder name of the version in use; raises StoreMissing or StoreBroken."""
    with _pointer(store) as current:
        name = current.read_text(encoding="utf-8").strip()
    if not name or Path(name).name != name or not (store / "versions" / name).is_dir():
        raise StoreBroken(store, f"its pointer 'current' names {name!r}, which is not there")
    return name


def current_mark(store: Path) -> tuple[int, ...]:
    """Changes with the version in use, and is known without reading; raises StoreMissing or
    StoreBroken."""
    with _pointer(store) as current:
        found = current.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _pointer(store: Path) -> Iterator[Path]:
    try:
        yield store / "current"
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreMissing(store) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StoreBroken(store, f"its pointer 'current' cannot be read: {error}") from error


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


def _write_files(folder: Path, fill: Callable[[Path], Manifest]) -> Manifest:
    manifest = fill(folder)
    files = {
        path.relative_to(folder).as_posix(): _digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    made_of = (FORMAT, manifest.fingerprint, files["passages.jsonl"])
    version = hashlib.sha256(repr(made_of).encode()).hexdigest()[:12]
    manifest = replace(manifest, version=version, files=files)
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


def _prune(store: Path, forget: Callable[[Path], None]) -> None:
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
            _remove(store / "versions" / name, forget)
    for stray in store.glob("current-*"):
        stray.unlink(missing_ok=True)


def _remove(folder: Path, forget: Callable[[Path], None]) -> None:
    forget(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _digest(path: Path) -> str:
    """sha256 of a file, or of its size and parts spread over it where it is large."""
    size = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        if size <= _WHOLE_BYTES:
            while chunk := stream.read(_SAMPLE_BYTES):
                digest.update(chunk)
            return digest.hexdigest()
        digest.update(str(size).encode())
        for number in range(_SAMPLES):
            stream.seek((size - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
            digest.update(stream.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def _sync(path: Path) -> None:
    """Has the system put a file or a folder on the disk before anything points to it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
