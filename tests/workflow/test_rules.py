"""The workflow's own description."""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from nn_modularity.study import study as config

PROJECT = Path(__file__).parents[2]


def test_the_schema_is_generated_from_the_config_classes():
    assert (PROJECT / "rules/schemas/config.schema.json").read_text() == config.schema()


def test_every_key_of_the_config_is_described_for_editors():
    first_line = (PROJECT / "workflow_config.yaml").read_text().partition("\n")[0]
    schema = json.loads((PROJECT / first_line.partition("$schema=")[2]).read_text())
    definitions = schema["$defs"]
    for section in (schema, *definitions.values()):
        for key, value in section["properties"].items():
            named = definitions.get(value.get("$ref", "").rpartition("/")[2], {})
            assert value.get("description") or named.get("description"), key


def test_every_script_has_a_rule_of_its_name_and_every_figure_one_too():
    listed = subprocess.run(
        [sys.executable, "-m", "snakemake", "--list-rules"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    scripts = {path.stem for path in (PROJECT / "scripts").glob("*.py")}
    assert scripts - {"draw_figure"} <= set(listed)
    modules = {path.stem for path in (PROJECT / "scripts/nn_modularity/figures").glob("[!_]*.py")}
    figures = {f"plot_{module}" for module in modules - {"clustering_report"}}
    assert figures == {rule for rule in listed if rule.startswith("plot_")}


def test_without_a_target_everything_is_asked_for(fresh):
    planned = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--configfile", "tests/config/tiny.yaml"],
        cwd=fresh.folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    jobs = planned.partition("\njob ")[2].partition("\ntotal ")[0]
    assert re.search(r"^all +1$", jobs, flags=re.MULTILINE), planned
    assert re.search(r"^write_lesion_spreadsheet +2$", jobs, flags=re.MULTILINE), planned


def test_the_offline_overlay_is_a_valid_study():
    study = yaml.safe_load((PROJECT / "workflow_config.yaml").read_text())
    overlay = yaml.safe_load((PROJECT / "studies/offline/study.yaml").read_text())
    merged = config.load(_merge(study, overlay))
    asked = {merged.models[model].dataset for model in merged.analyses.mlp_lesion.models}
    assert asked == {"mnist", "line", "random"}
    assert "download" not in merged.datasets["mnist"].sources


def _merge(base, overlay):
    if not (isinstance(base, dict) and isinstance(overlay, dict)):
        return overlay
    return {**base, **{key: _merge(base.get(key), value) for key, value in overlay.items()}}
