"""Neural networks are surprisingly modular: the study, from raw images to tables and figures."""

import os
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


CHECKOUT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
CONFIG = "workflow_config.yaml"


# The folder that results go into may be another one (--directory), and have its own.
configfile: CONFIG if Path(CONFIG).is_file() else os.path.relpath(CHECKOUT / CONFIG)


# A study in a folder of its own says there what is different.
if Path("study.yaml").is_file():

    configfile: "study.yaml"


include: "rules/common.smk"
include: "rules/datasets.smk"
include: "rules/models.smk"
include: "rules/clustering.smk"
include: "rules/lesions.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/targets.smk"
include: "rules/machine.smk"


IS_REPORT = report_page.is_asked_for(sys.argv)


# Here, since Snakemake forgets a default target that an included file sets.
rule all:
    default_target: not IS_REPORT
    input:
        rules.mlp_clustering.input,
        rules.cnn_clustering.input,
        rules.mlp_clustering_stability.input,
        rules.mlp_clustering_stability_n_clusters.input,
        rules.mlp_learning_curve.input,
        rules.mlp_lesion.input,
        rules.cnn_lesion.input,
        rules.mlp_double_lesion.input,
        rules.mlp_plots.input,
        paths.COMPARISON,
        FIGURES.files("all"),


if workflow.is_main_process and not workflow.dryrun:
    console.show()

if IS_REPORT:
    introduction = (CHECKOUT / "rules/report/workflow.rst").read_text()
    page = report_page.front_page(
        introduction, STUDY.seed, len(STUDY.models), rules.all.input
    )
    front = Path(".snakemake", "report.rst").resolve()
    front.parent.mkdir(exist_ok=True)
    front.write_text(page)

    report: str(front)

    # A report of what there is, whatever is missing.
    rule finished:
        default_target: True
        input:
            report_page.finished(
                file
                for rule in (
                    rules.all,
                    rules.cnn_clustering_stability,
                    rules.factors,
                    rules.network_pages,
                )
                for file in rule.input
            ),


for line in targets.unknown(
    sys.argv[1:], [rule.name for rule in workflow.rules], rules.all.input, is_made
):
    raise WorkflowError(line)


onstart:
    made = (file for job in workflow.dag.needrun_jobs() for file in job.output)
    outcome.say(outcome.replacement(named(made)))
    if workflow.nodes is not None:
        queue.watch(workflow.workdir_init, logger.info)


onsuccess:
    asked = (
        file for job in workflow.dag.targetjobs for file in job.output or job.input
    )
    outcome.say(outcome.success(named(asked)))


onerror:
    outcome.say(outcome.failure("\n".join(Path(each).read_text() for each in log)))
