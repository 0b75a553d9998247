"""Neural networks are surprisingly modular: the study, from raw images to tables and figures."""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


CONFIG = "workflow_config.yaml"


# That of the folder that results go into, if it has one (--directory); else the one beside this.
configfile: CONFIG if Path(CONFIG).is_file() else workflow.source_path(CONFIG)


# A study in a folder of its own says there what is different.
if Path("study.yaml").is_file():

    configfile: "study.yaml"


report: "rules/report/workflow.rst"


include: "rules/common.smk"
include: "rules/datasets.smk"
include: "rules/models.smk"
include: "rules/clustering.smk"
include: "rules/lesions.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/targets.smk"
include: "rules/machine.smk"


# Here, since Snakemake forgets a default target that an included file sets.
rule all:
    default_target: True
    input:
        rules.mlp_clustering.input,
        rules.cnn_clustering.input,
        rules.mlp_clustering_stability.input,
        rules.mlp_clustering_stability_n_clusters.input,
        rules.mlp_learning_curve.input,
        rules.mlp_lesion.input,
        rules.mlp_double_lesion.input,
        rules.mlp_plots.input,
        paths.COMPARISON,
        FIGURES.files("all"),


check_targets(rules.all.input)


onsuccess:
    say(outcome.success(asked_for(workflow.dag)))


onerror:
    say(outcome.failure(text_of(log)))
