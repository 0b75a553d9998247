"""Spreadsheets and tables: what the study found, a row or a sheet a model."""


rule write_lesion_spreadsheet:
    input:
        unpack(TABLES.lesion_inputs),
    output:
        spreadsheet=report(
            paths.LESION_WORKBOOK,
            caption="report/lesion-workbook.rst",
            category="Tables",
            labels={"table": "Lesions, {kind}{k_suffix}"},
        ),
    log:
        "logs/write_lesion_spreadsheet/{kind}{k_suffix}.log",
    benchmark:
        "benchmarks/write_lesion_spreadsheet/{kind}{k_suffix}.tsv"
    wildcard_constraints:
        kind="mlp|cnn",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code_of("write_lesion_spreadsheet.py"),
        spreadsheet=TABLES.lesion_settings,
    script:
        "../scripts/write_lesion_spreadsheet.py"


rule write_double_lesion_spreadsheet:
    input:
        unpack(TABLES.pair_inputs),
    output:
        spreadsheet=report(
            paths.PAIR_WORKBOOK,
            caption="report/pair-workbook.rst",
            category="Tables",
            labels={"table": "Lesions in pairs"},
        ),
    log:
        "logs/write_double_lesion_spreadsheet.log",
    benchmark:
        "benchmarks/write_double_lesion_spreadsheet.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code_of("write_double_lesion_spreadsheet.py"),
        spreadsheet=TABLES.pair_settings,
    script:
        "../scripts/write_double_lesion_spreadsheet.py"


rule tabulate_clustering:
    input:
        unpack(TABLES.clustering_inputs),
    output:
        table=report(
            paths.CLUSTERING_TABLE,
            caption="report/clustering-table.rst",
            category="Tables",
            labels={"table": "N-cuts, {kind}"},
        ),
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
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("tabulate_clustering.py"),
        clustering=TABLES.clustering_settings,
    script:
        "../scripts/tabulate_clustering.py"


rule tabulate_factors:
    input:
        unpack(TABLES.factors_inputs),
    output:
        table=paths.FACTORS,
    log:
        "logs/tabulate_factors.log",
    benchmark:
        "benchmarks/tabulate_factors.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("tabulate_factors.py"),
        factors=TABLES.factors_settings,
    script:
        "../scripts/tabulate_factors.py"


rule tabulate_network:
    input:
        unpack(TABLES.network_inputs),
    output:
        table=paths.NETWORK_TABLE,
    log:
        "logs/tabulate_network/{model}.log",
    benchmark:
        "benchmarks/tabulate_network/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(CLUSTERING.memory),
        runtime=minutes(CLUSTERING.shuffles_runtime),
    params:
        code=code_of("tabulate_network.py"),
        table=TABLES.network_settings,
    script:
        "../scripts/tabulate_network.py"


rule tabulate_stability:
    input:
        unpack(TABLES.stability_inputs),
    output:
        instances=report(
            paths.STABILITY,
            caption="report/stability-table.rst",
            category="Tables",
            labels={"table": "N-cuts of every training, {kind}{k_suffix}"},
        ),
        statistic=paths.STABILITY_STATISTIC,
    log:
        "logs/tabulate_stability/{kind}{k_suffix}.log",
    benchmark:
        "benchmarks/tabulate_stability/{kind}{k_suffix}.tsv"
    wildcard_constraints:
        kind="mlp|cnn",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("tabulate_stability.py"),
        stability=TABLES.stability_settings,
    script:
        "../scripts/tabulate_stability.py"


rule tabulate_learning_curve:
    input:
        **MODELS.checkpoints,
    output:
        table=paths.LEARNING_CURVE,
    log:
        "logs/tabulate_learning_curve/{model}.log",
    benchmark:
        "benchmarks/tabulate_learning_curve/{model}.tsv"
    wildcard_constraints:
        model=one_of(MODELS.with_curves),
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(30),
    params:
        code=code_of("tabulate_learning_curve.py"),
        curve=TABLES.curve,
    script:
        "../scripts/tabulate_learning_curve.py"


rule concatenate_learning_curves:
    input:
        curves=TABLES.curves,
    output:
        table=paths.LEARNING_CURVES,
    log:
        "logs/concatenate_learning_curves.log",
    benchmark:
        "benchmarks/concatenate_learning_curves.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(300),
        runtime=minutes(5),
    params:
        code=code_of("concatenate_learning_curves.py"),
    script:
        "../scripts/concatenate_learning_curves.py"


rule compare_factors:
    input:
        table=paths.FACTORS,
        published=local(TABLES.published_files),
    output:
        table=report(
            paths.FACTORS_COMPARISON,
            caption="report/comparison-table.rst",
            category="Tables",
            labels={"table": "Published factors and ours"},
        ),
    log:
        "logs/compare_factors.log",
    benchmark:
        "benchmarks/compare_factors.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code_of("compare_factors.py"),
        comparison=TABLES.factors_comparison,
    script:
        "../scripts/compare_factors.py"


rule compare_with_paper:
    input:
        unpack(TABLES.comparison_inputs),
        published=local(TABLES.published_files),
    output:
        table=report(
            paths.COMPARISON,
            caption="report/comparison-table.rst",
            category="Tables",
            labels={"table": "Published numbers and ours"},
        ),
    log:
        "logs/compare_with_paper.log",
    benchmark:
        "benchmarks/compare_with_paper.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(5),
    params:
        code=code_of("compare_with_paper.py"),
        comparison=TABLES.comparison_settings,
    script:
        "../scripts/compare_with_paper.py"
