"""How many trainings run side by side on a machine's GPUs, or without."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
# Each training notes how many there are while it runs.
SNAKEFILE = f"""
import sys
sys.path.insert(0, "{PROJECT / "scripts"}")
include: "{PROJECT / "rules/machine.smk"}"

rule all:
    input:
        expand("{{n}}.txt", n=range(4)),

rule train:
    output:
        "{{n}}.txt",
    resources:
        gpu=1,
    shell:
        "touch {{wildcards.n}}.running; sleep 1; ls | grep -c running > {{output}}; sleep 1; "
        "rm {{wildcards.n}}.running"
"""


@pytest.fixture
def trainings_at_a_time(tmp_path):
    """Function (what CUDA shows, whether TensorFlow is built for it, options) -> at most so many.

    TensorFlow stands for its own note of how it was built, which is all that is read of it here.
    """

    def run(devices, is_cuda, *options):
        note = tmp_path / "library/tensorflow/python/platform/build_info.py"
        note.parent.mkdir(parents=True)
        note.write_text(f"build_info = OrderedDict([('is_cuda_build', {is_cuda})])\n")
        (tmp_path / "library/tensorflow/__init__.py").touch()
        (tmp_path / "Snakefile").write_text(SNAKEFILE)
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "4", *options],
            cwd=tmp_path,
            env={
                **os.environ,
                "CUDA_VISIBLE_DEVICES": devices,
                "PYTHONPATH": str(tmp_path / "library"),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return max(int(file.read_text()) for file in tmp_path.glob("*.txt"))

    return run


@pytest.mark.parametrize(
    ("devices", "is_cuda", "options", "at_most"),
    [
        ("0,1", True, [], 2),
        ("0,1", True, ["--resources", "gpu=3"], 3),
        ("0,1", False, [], 4),
        ("-1", True, [], 4),
        ("0", True, ["--resources", "gpu=0"], 4),
    ],
    ids=["one a device", "shared devices", "a build for CPUs", "none visible", "none wanted"],
)
def test_so_many_trainings_run_at_a_time(trainings_at_a_time, devices, is_cuda, options, at_most):
    assert trainings_at_a_time(devices, is_cuda, *options) == at_most


def test_the_profile_for_slurm_knows_every_rule_that_may_use_a_gpu():
    rules = re.findall(
        r"^rule (\w+):(?:(?!^rule ).)*?gpu=1",
        "\n".join(file.read_text() for file in (PROJECT / "rules").glob("*.smk")),
        flags=re.MULTILINE | re.DOTALL,
    )
    profile = yaml.safe_load((PROJECT / "profiles/slurm/profile.yaml").read_text())
    assert rules
    assert profile["set-resources"] == {rule: {"gpu": 0} for rule in rules}
