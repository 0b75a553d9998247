"""Make the environment from the lock: `python3 envs/make_environment.py .venv`.

Standard library only. Where the system's Python lacks ensurepip (Debian's python3 without
python3-venv), pip itself comes from the package registry, checked against the hash below.
"""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path
from urllib.parse import urljoin

LOCK = Path(__file__).with_name("requirements.txt")
PIP = "25.3"
PIP_SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"
OLDEST, NEWEST = (3, 11), (3, 13)


def main(folder: str) -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SystemExit(
            f"{sys.executable}: found Python {sys.version.split()[0]}, expected 3.11 to 3.13; "
            "name another one with `make PYTHON=python3.12 …`"
        )
    has_pip = importlib.util.find_spec("ensurepip") is not None
    venv.create(folder, with_pip=has_pip, clear=True)
    python = str(Path(folder) / "bin" / "python")
    install = ["-m", "pip"] if has_pip else [str(_pip_wheel(Path(folder)) / "pip")]
    arguments = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([python, *install, *arguments, "-r", str(LOCK)], check=True)


def _pip_wheel(folder: Path) -> Path:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    name = f"pip-{PIP}-py3-none-any.whl"
    with urllib.request.urlopen(index, timeout=60) as answer:
        links = re.findall(r'href="([^"]+)"', answer.read().decode())
    url = next((urljoin(index, link) for link in links if f"/{name}#" in f"{link}#"), None)
    if url is None:
        raise SystemExit(f"{index}: found no {name}; install python3-venv, then try again")
    with urllib.request.urlopen(url, timeout=60) as answer:
        content = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != PIP_SHA256:
        raise SystemExit(f"{url}: found SHA-256 {found}, expected {PIP_SHA256}")
    wheel = Path(tempfile.mkdtemp(dir=folder)) / name
    wheel.write_bytes(content)
    return wheel


if __name__ == "__main__":
    main(*sys.argv[1:])
