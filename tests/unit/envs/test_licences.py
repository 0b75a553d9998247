"""The licences of all locked packages are listed, and allow what a study does with them."""

import csv
import re
import runpy
from pathlib import Path

ENVS = Path(__file__).parents[3] / "envs"
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "PSF-2.0",
    "Public Domain",
    "Zlib",
}
SAME = {
    r"MIT License|MIT-CMU|MIT-0": "MIT",
    r"(3-Clause )?BSD License|BSD-[23]-Clause": "BSD",
    r"Apache( Software)?( License)?( 2\.0)?|Version 2\.0": "Apache-2.0",
    r"Apache-2\.0 WITH LLVM-exception": "Apache-2.0",
    r"ISC License \(ISCL\)": "ISC",
    r"Mozilla Public License 2\.0 \(MPL 2\.0\)": "MPL-2.0",
    r"Python Software Foundation License": "PSF-2.0",
}
CHOICES = {"docutils"}
"""Packages that come under several licences, of which the user takes one, part by part."""


def parts(licence):
    for part in re.split(r" AND | OR |, ", licence):
        found = [short for pattern, short in SAME.items() if re.fullmatch(pattern, part)]
        yield found[0] if found else part


def listed():
    with (ENVS / "licences.csv").open(newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def test_every_locked_package_is_listed_with_its_licence():
    expected = runpy.run_path(str(ENVS / "list_licences.py"))["rows"]()
    assert listed() == expected, "run `.venv/bin/python envs/list_licences.py`"
    assert len(expected) > 100


def test_every_licence_is_allowed():
    wrong = {
        package: licence
        for package, licence in listed()
        if package not in CHOICES and not set(parts(licence)) <= ALLOWED
    }
    assert wrong == {}


def test_a_choice_of_licences_has_one_that_is_allowed():
    for package, licence in listed():
        if package in CHOICES:
            assert set(parts(licence)) & ALLOWED
