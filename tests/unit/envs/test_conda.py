"""The conda environment has the lock's pins: Snakemake creates it from the one file alone."""

import re
from pathlib import Path

import yaml

ENVS = Path(__file__).parents[3] / "envs"


def test_the_conda_environment_is_what_the_lock_says():
    *of_conda, of_pip = yaml.safe_load((ENVS / "environment.yaml").read_text())["dependencies"]
    lines = (ENVS / "requirements.txt").read_text().splitlines()
    pins = [line.rstrip("\\ ") for line in lines if re.match(r"\w", line)]
    assert of_pip == {"pip": pins}, "run `make lock`"
    assert of_conda == ["python=3.11", "pip"]
