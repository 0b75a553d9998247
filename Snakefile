"""Neural networks are surprisingly modular: the study, from raw images to tables and figures."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "workflow_config.yaml"


include: "rules/common.smk"
include: "rules/datasets.smk"
include: "rules/models.smk"
include: "rules/clustering.smk"
include: "rules/lesions.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/targets.smk"
include: "rules/machine.smk"
