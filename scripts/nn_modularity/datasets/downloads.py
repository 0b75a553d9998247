"""Downloading a file: retried, watched, checked, whole or not at all."""

import io
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pooch
import requests

from nn_modularity import logs
from nn_modularity.errors import StudyError

log = logging.getLogger(__name__)

ATTEMPTS = 3  # of each server; one that refuses is not asked again
PAUSE = 2.0  # seconds before the second attempt, twice as long before the third
CHUNK = 1 << 16
PARTIAL = ".partial-"
BUSY = {408, 425, 429}  # the only refusals (4xx) that a server may take back


class DownloadError(Exception):
    """No server had the file; the message says for each what happened."""


def download(
    urls: Sequence[str],
    path: Path,
    check: Callable[[Path], object],
    timeout: float,
    most: float,
) -> Path:
    """Download a file once.

    Parameters
    ----------
    urls : sequence of str
        Where it may be, best first.
    path : Path
        Where to keep it. If it is there already and is right, nothing is downloaded.
    check : callable
        Raises a `StudyError` if the file at a path is not the right one.
    timeout : float
        Seconds after which a connection that says nothing counts as stalled.
    most : float
        Bytes that the file may have; a server that sends more is not listened to any longer.

    Returns
    -------
    Path
        `path`, complete and checked.

    Raises
    ------
    DownloadError
        If no server had the file. Nothing is left behind.
    """
    if _is_right(path, check):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(path.parent)
    failures: dict[str, str] = {}
    refused: set[str] = set()
    for attempt in range(ATTEMPTS):
        if attempt and len(refused) < len(urls):
            time.sleep(PAUSE * 2 ** (attempt - 1))
        for url in urls:
            if url in refused:
                continue
            log.info("downloading %s", url)
            try:
                _download_once(url, path, check, timeout, most)
            except (requests.RequestException, StudyError) as error:
                failures[url] = _what_happened(error, timeout)
                log.warning("%s: %s", url, failures[url])
                if _is_refusal(error):
                    refused.add(url)
            else:
                return path
    raise DownloadError("\n".join(f"{url}: {failure}" for url, failure in failures.items()))


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed process had begun to download to a folder."""
    for leftover in folder.glob(f"{PARTIAL}*"):
        shutil.rmtree(leftover)


def _is_right(path: Path, check: Callable[[Path], object]) -> bool:
    if not path.is_file():
        return False
    try:
        check(path)
    except StudyError as error:
        log.warning("%s; downloading it again", error)
        return False
    return True


class _Limited(io.FileIO):
    """A file to write no more than so many bytes to."""

    def __init__(self, path: Path, most: float):
        super().__init__(path, "w")
        self.most = most

    def write(self, content: bytes) -> int:
        if self.tell() + len(content) > self.most:
            raise StudyError(f"more than {self.most:,.0f} bytes")
        return super().write(content)


def _download_once(
    url: str, path: Path, check: Callable[[Path], object], timeout: float, most: float
) -> None:
    # A folder of its own, so that the file is checked under its own name.
    with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        # pooch sets the total once it knows it; without one, a bar has no truth value.
        bar = logs.progress(total=1, description=path.name, unit="B", unit_scale=True)
        fetch = pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=CHUNK,
            timeout=timeout,
            # Otherwise a server may label a .gz file so that it arrives unpacked.
            headers={"Accept-Encoding": "identity"},
        )
        with bar, _Limited(temporary, most) as file:
            fetch(url, file, None)
        check(temporary)
        temporary.replace(path)


def _is_refusal(error: Exception) -> bool:
    if not isinstance(error, requests.HTTPError):
        return False
    return 400 <= error.response.status_code < 500 and error.response.status_code not in BUSY


def _what_happened(error: Exception, timeout: float) -> str:
    match error:
        case StudyError():
            return f"the server sent something else ({error})"
        case requests.HTTPError():
            return f"HTTP {error.response.status_code} {error.response.reason}"
        case requests.ConnectTimeout() | requests.ReadTimeout():
            return f"stalled: no answer within {timeout:g} s"
        case requests.ConnectionError() if "timed out" in str(error):
            return f"stalled: no more data within {timeout:g} s"
        case requests.exceptions.ChunkedEncodingError():
            return "broke off before the end"
        case requests.ConnectionError():
            return f"no connection: {_innermost(error)}"
        case _:
            return f"{type(error).__name__}: {error}"


def _innermost(error: BaseException) -> BaseException:
    """What was the matter in the first place: requests and urllib3 wrap it several times."""
    inner = error.__cause__ or error.__context__
    return _innermost(inner) if inner else error
