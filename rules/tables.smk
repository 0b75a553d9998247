"""Spreadsheets and tables: what the study found, a row or a sheet a model."""


include: "common/tables.smk"


rule write_lesion_spreadsheet:
    input:
        unpack(lesion_spreadsheet_inputs),
    output:
        spreadsheet="results/mlp-lesion{k_suffix}.xlsx",
    log:
        "logs/write_lesion_spreadsheet{k_suffix}.log",
    benchmark:
        "benchmarks/write_lesion_spreadsheet{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_digest("write_lesion_spreadsheet.py"),
        spreadsheet=lesion_spreadsheet_settings,
    script:
        "../scripts/write_lesion_spreadsheet.py"


rule write_double_lesion_spreadsheet:
    input:
        unpack(double_lesion_spreadsheet_inputs),
    output:
        spreadsheet="results/mlp-double-lesion.xlsx",
    log:
        "logs/write_double_lesion_spreadsheet.log",
    benchmark:
        "benchmarks/write_double_lesion_spreadsheet.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_digest("write_double_lesion_spreadsheet.py"),
        spreadsheet=double_lesion_spreadsheet_settings,
    script:
        "../scripts/write_double_lesion_spreadsheet.py"


rule tabulate_clustering:
    input:
        unpack(clustering_table_inputs),
    output:
        table="results/{kind}-clustering.csv",
    log:
        "logs/tabulate_clustering/{kind}.log",
    benchmark:
        "benchmarks/tabulate_clustering/{kind}.tsv"
    wildcard_constraints:
        kind="mlp|cnn",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_digest("tabulate_clustering.py"),
        clustering=clustering_table_settings,
    script:
        "../scripts/tabulate_clustering.py"


rule tabulate_stability:
    input:
        unpack(stability_inputs),
    output:
        instances="results/mlp-clustering-stability{k_suffix}.csv",
        statistic="results/mlp-clustering-stability-statistic{k_suffix}.csv",
    log:
        "logs/tabulate_stability{k_suffix}.log",
    benchmark:
        "benchmarks/tabulate_stability{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_digest("tabulate_stability.py"),
        stability=stability_settings,
    script:
        "../scripts/tabulate_stability.py"


rule tabulate_learning_curve:
    input:
        unpruned="results/models/{model}/0/unpruned-checkpoints.h5",
        pruned="results/models/{model}/0/pruned-checkpoints.h5",
        data=dataset_of_model,
    output:
        table="results/learning-curve/{model}.csv",
    log:
        "logs/tabulate_learning_curve/{model}.log",
    benchmark:
        "benchmarks/tabulate_learning_curve/{model}.tsv"
    wildcard_constraints:
        model=CHECKPOINTED_MODELS,
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=30,
    params:
        code=code_digest("tabulate_learning_curve.py"),
        curve=learning_curve_settings,
    script:
        "../scripts/tabulate_learning_curve.py"


rule concatenate_learning_curves:
    input:
        curves=expand(
            "results/learning-curve/{model}.csv", model=STUDY.checkpointed_models
        ),
    output:
        table="results/mlp-learning-curve.csv",
    log:
        "logs/concatenate_learning_curves.log",
    benchmark:
        "benchmarks/concatenate_learning_curves.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("concatenate_learning_curves.py"),
    script:
        "../scripts/concatenate_learning_curves.py"


rule compare_with_paper:
    input:
        unpack(comparison_inputs),
    output:
        table="results/paper-comparison.csv",
    log:
        "logs/compare_with_paper.log",
    benchmark:
        "benchmarks/compare_with_paper.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_digest("compare_with_paper.py"),
        comparison=comparison_settings,
    script:
        "../scripts/compare_with_paper.py"
