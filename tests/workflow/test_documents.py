"""Every command and every line of Python that the documents print does what they say.

A block of a document is run as it is printed, line by line, in a fresh copy of the project where
`snakemake` only plans: it reads the study, checks every target and says what it would run.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from nn_modularity.networks import weights

PROJECT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "data/README.md", "CONTRIBUTING.md")
RUN, SHOWN, ELSEWHERE = "run", "only shown, by make -n", "needs more than a test has, or is one"


def program(command):
    """The name of what a command starts, after assignments of variables."""
    found = re.match(r"(?:[A-Z_]+=\S* )*([\w./-]+)", command)
    return Path(found[1]).name if found else ""


KINDS = {
    ".venv/bin/pre-commit install": ELSEWHERE,
    ".venv/bin/pytest -q tests/unit/lesions": ELSEWHERE,
    "PYTHONPATH=scripts .venv/bin/python -m nn_modularity.study.study"
    " > rules/schemas/config.schema.json": RUN,
    "apt install dataset-fashion-mnist": ELSEWHERE,
    "docker build -f envs/Dockerfile -t nn-modularity .": ELSEWHERE,
    "docker build -f envs/Dockerfile --build-arg LOCK=requirements-gpu.txt"
    " -t nn-modularity-gpu .": ELSEWHERE,
    'docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/study" nn-modularity'
    " --cores 8 mlp_lesion": ELSEWHERE,
    'docker run --rm --gpus all --user "$(id -u):$(id -g)" -v "$PWD:/study" nn-modularity-gpu'
    " --cores 8 models": ELSEWHERE,
    "echo 'analyses: {mlp_lesion: {models: [LINE]}}' > studies/mine/study.yaml": RUN,
    "make all": RUN,
    "make all PROFILE=offline": RUN,
    "make bench": SHOWN,
    "make clean": RUN,
    "make cnn-clustering OPTIONS=-n": RUN,
    "make environment": SHOWN,
    "make environment GPU=1": SHOWN,
    "make help": RUN,
    "make lint": SHOWN,
    "make lock": SHOWN,
    "make notebook": SHOWN,
    "make mlp-lesion CORES=1": RUN,
    "make network NETWORK=my-network.onnx DATA=my-data.npz": RUN,
    "make mlp-lesion PROFILE=offline CORES=2": RUN,
    "make quickstart": RUN,
    "make report": RUN,
    "make soak": SHOWN,
    "make soak KILLS=10 SEED=3": SHOWN,
    "make test": SHOWN,
    "mkdir -p studies/mine": RUN,
    "python tests/slurm_cluster.py -- snakemake --workflow-profile profiles/slurm"
    " results/lesion/LINE.csv": ELSEWHERE,
    "python3 -m venv .venv && .venv/bin/pip install --require-hashes -r envs/requirements.txt": (
        ELSEWHERE
    ),
    "snakemake --cores 4 --config network=my-network.onnx data=my-data.npz -- my_network": RUN,
    "snakemake --cores 4 --config 'network={file: my-cnn.keras, units: channels}'"
    " 'data={file: my-table.csv, target: species}' -- my_network": RUN,
    "snakemake --cores 16 --resources gpu=8 -- models": RUN,
    "snakemake --cores 2 --directory studies/fashion mlp_clustering_stability mlp_lesion"
    " mlp_double_lesion": RUN,
    "snakemake --cores 2 --directory studies/mine mlp_lesion": RUN,
    "snakemake --cores 2 --profile profiles/offline results/mlp-clustering.csv": RUN,
    "snakemake --cores 2 -n --quiet rules": RUN,
    "snakemake --cores 2 -n mlp_lesion": RUN,
    "snakemake --cores 2 results/figures/cluster-graph-LINE.svg": RUN,
    "snakemake --cores 2 results/figures/clustered-network-FASHION.png": RUN,
    "snakemake --cores 2 results/figures/feature-maps-CNN-FASHION.png": RUN,
    "snakemake --cores 2 results/lesion/FASHION.csv 'results/lesion/FASHION+DROPOUT.csv'": RUN,
    "snakemake --cores 4 --config 'analyses={mlp_lesion: {n_clusters: [7, 10]}}' -- mlp_lesion": (
        RUN
    ),
    "snakemake --cores 4 --config 'training={epochs: 5}' -- results/lesion/LINE.csv": RUN,
    "snakemake --cores 4 --config seed=7 -- results/lesion/LINE.csv": RUN,
    "snakemake --cores 4 --configfile my-study.yaml -- factors": RUN,
    "snakemake --cores 4 --configfile my-study.yaml -- mlp_lesion": RUN,
    ".venv/bin/python envs/list_licences.py": RUN,
    "uvx pip-audit -r envs/requirements.txt --disable-pip --no-deps": ELSEWHERE,
    "snakemake --cores 4 --configfile my-study.yaml -- results/mlp-lesion.xlsx "
    "results/figures/cluster-graph-MY-NETWORK.png results/clustering/MY-CNN/0/unpruned-k4.h5": RUN,
    "snakemake --cores 8 --sdm conda -- mlp_lesion": ELSEWHERE,
    "snakemake --cores 8 --profile profiles/s3 --default-storage-prefix s3://my-bucket/my-study"
    " -- all": ELSEWHERE,
    "snakemake --cores 8 results/mlp-lesion.xlsx": RUN,
    "snakemake --list-rules": RUN,
    "snakemake --report report.html": RUN,
    "snakemake --unlock": RUN,
    "snakemake --workflow-profile profiles/slurm -- all": RUN,
    "source .venv/bin/activate": RUN,
}
"""Every command of the documents, and what a test does with it."""

PROGRAMS = {program(command) for command in KINDS} | {"git", "pip", "uv", "conda"}


@dataclass(frozen=True)
class Block:
    """A fenced block, or a code span of several words, in a section of a document."""

    place: str
    language: str
    text: str
    section: str

    def commands(self):
        """The commands of a block of shell lines, without remarks and continuations."""
        lines = self.text.replace("\\\n", " ").splitlines()
        for line in lines:
            command = " ".join(re.sub(r"(^|\s)#.*", "", line).split())
            if command:
                yield command


def blocks():
    """Blocks of every document; a code span that begins with a program is one of shell lines."""
    for document in DOCUMENTS:
        text = (PROJECT / document).read_text()
        for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
            line = text[: text.index(section)].count("\n") + 1
            for fenced in re.finditer(r"^```(\w*)\n(.*?)^```$", section, re.M | re.S):
                at = f"{document}:{line + section[: fenced.start()].count(chr(10))}"
                yield Block(at, fenced[1], fenced[2], section)
            prose = re.sub(
                r"^```.*?^```$",
                lambda found: "\n" * found[0].count("\n"),
                section,
                flags=re.M | re.S,
            )
            for span in re.finditer(r"`([^`]+)`", prose):
                spoken = " ".join(span[1].split())
                if " " in spoken and "…" not in spoken and program(spoken) in PROGRAMS:
                    at = f"{document}:{line + prose[: span.start()].count(chr(10))}"
                    yield Block(at, "sh", spoken, section)


BLOCKS = list(blocks())
SHELL = [block for block in BLOCKS if block.language == "sh"]


def test_every_command_of_the_documents_is_known():
    found = {command for block in SHELL for command in block.commands()}
    assert found == set(KINDS)


@pytest.fixture
def reader(fresh):
    """The project of a reader, who has made the environment and has the files that documents name.

    `snakemake` plans there, and reports nothing but the number of jobs.
    """
    programs = fresh.folder / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "activate").touch()
    (programs / "python").symlink_to("/bin/true")
    planning = f"{shlex.quote(sys.executable)} -m snakemake --quiet rules --dry-run"
    (programs / "snakemake").write_text(f'#!/bin/sh\nexec {planning} "$@"\n')
    (programs / "snakemake").chmod(0o755)
    (fresh.folder / "Makefile").symlink_to(PROJECT / "Makefile")
    generator = np.random.default_rng(0)
    network = weights.mlp([generator.normal(size=shape) for shape in [(784, 32), (32, 10)]])
    for file in ("my-network.h5", "studies/offline/results/models/MNIST/0/pruned.h5"):
        (fresh.folder / file).parent.mkdir(parents=True, exist_ok=True)
        weights.write(fresh.folder / file, network)
    for file in ("my-network.onnx", "my-cnn.keras", "weights.safetensors"):
        (fresh.folder / file).touch()  # a plan looks whether they are there
    (fresh.folder / "my-table.csv").touch()
    np.savez(
        fresh.folder / "my-data.npz",
        X=generator.integers(256, size=(40, 28, 28), dtype=np.uint8),
        y=generator.integers(10, size=40),
    )
    return fresh


def typed(reader, command):
    """What a command ends with and prints, with `.venv` activated and made before."""
    shown = KINDS[command] == SHOWN
    return subprocess.run(
        ["bash", "-c", f"{command} -n" if shown else command],
        cwd=reader.folder,
        env={
            **os.environ,
            "PATH": f"{reader.folder}/.venv/bin{os.pathsep}{os.environ['PATH']}",
            "PYTHON": "true",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("block", SHELL, ids=[block.place for block in SHELL])
def test_every_block_of_commands_can_be_typed(reader, block):
    write_overlay(reader.folder, block.section)
    for command in block.commands():
        if KINDS[command] != ELSEWHERE:
            done = typed(reader, command)
            assert done.returncode == 0, f"{command}\n{done.stdout}"
            assert "Traceback" not in done.stdout


PYTHON = [block for block in BLOCKS if block.language == "python"]
NOT_LOCKED = ("torch", "torchvision")


@pytest.mark.parametrize("block", PYTHON, ids=[block.place for block in PYTHON])
def test_every_block_of_python_runs(reader, block):
    code = compile(block.text, block.place, "exec")
    if any(package in block.text for package in NOT_LOCKED):
        assert code.co_names
        return
    done = subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=reader.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def write_overlay(folder, section):
    """A reader's `my-study.yaml`, from the settings that a section prints, and what it names."""
    overlay = {}
    for block in BLOCKS:
        if block.section == section and block.language == "yaml":
            for key, settings in yaml.safe_load(block.text).items():
                overlay[key] = {**overlay.get(key, {}), **settings}
    (folder / "my-study.yaml").write_text(yaml.safe_dump(overlay))
