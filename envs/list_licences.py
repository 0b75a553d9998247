"""List the licences of all locked packages: `.venv/bin/python envs/list_licences.py`.

Writes envs/licences.csv; the tests compare it with the lock and with the licences allowed there.
"""

import csv
import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ENVS = Path(__file__).resolve().parent
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-notebook.txt")
STATED = {
    "conda-inject": "MIT",
    "namex": "Apache-2.0",
    **{
        f"snakemake-interface-{part}": "MIT"
        for part in (
            "common",
            "executor-plugins",
            "logger-plugins",
            "report-plugins",
            "scheduler-plugins",
            "storage-plugins",
        )
    },
}
"""What the sources say of packages whose metadata say nothing."""


def locked(lock: Path) -> list[str]:
    """Names of the packages that a lock installs on this machine."""
    lines = [line.rstrip("\\ \n") for line in lock.read_text().splitlines()]
    found = [Requirement(line) for line in lines if re.match(r"\w", line)]
    return [each.name for each in found if each.marker is None or each.marker.evaluate()]


def licence(package: str) -> str:
    """What a package's metadata say; its sources, where they say nothing."""
    described = metadata.metadata(package)
    if expression := described.get("License-Expression"):
        return expression
    classified = [
        line.split(" :: ")[-1]
        for line in described.get_all("Classifier") or []
        if line.startswith("License")
    ]
    text = (described.get("License") or "").strip().splitlines()
    return ", ".join(classified) or (text[0] if text else STATED.get(package, "unknown"))


def rows() -> list[tuple[str, str]]:
    """Name and licence of every locked package, by name."""
    names = {name for lock in LOCKS for name in locked(ENVS / lock)}
    return [(name, licence(name)) for name in sorted(names, key=str.lower)]


def main() -> None:
    with (ENVS / "licences.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("package", "licence"), *rows()])


if __name__ == "__main__":
    sys.exit(main())
