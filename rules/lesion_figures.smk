"""Figures of lesions, single and double: one rule a figure, PNG and SVG."""


rule plot_lesion_swarm:
    input:
        table="results/lesion{k_suffix}/{model}.csv",
        counts="results/lesion{k_suffix}/{model}.h5",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/lesion-swarm-{model}{k_suffix}.png",
            caption="report/lesion-swarm.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Accuracies", "format": "PNG"},
        ),
        svg=report(
            "results/figures/lesion-swarm-{model}{k_suffix}.svg",
            caption="report/lesion-swarm.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Accuracies", "format": "SVG"},
        ),
    log:
        "logs/plot_lesion_swarm/{model}{k_suffix}.log",
    benchmark:
        "benchmarks/plot_lesion_swarm/{model}{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_lesion_swarm.py"),
    script:
        "../scripts/plot_lesion_swarm.py"


rule plot_lesion_lines:
    input:
        table="results/lesion{k_suffix}/{model}.csv",
        counts="results/lesion{k_suffix}/{model}.h5",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/lesion-lines-{model}{k_suffix}.png",
            caption="report/lesion-lines.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Accuracies by class", "format": "PNG"},
        ),
        svg=report(
            "results/figures/lesion-lines-{model}{k_suffix}.svg",
            caption="report/lesion-lines.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Accuracies by class", "format": "SVG"},
        ),
    log:
        "logs/plot_lesion_lines/{model}{k_suffix}.log",
    benchmark:
        "benchmarks/plot_lesion_lines/{model}{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_lesion_lines.py"),
    script:
        "../scripts/plot_lesion_lines.py"


rule plot_lesion_profile:
    input:
        table="results/lesion{k_suffix}/{model}.csv",
        counts="results/lesion{k_suffix}/{model}.h5",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/lesion-profile-{model}{k_suffix}.png",
            caption="report/lesion-profile.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Profiles", "format": "PNG"},
        ),
        svg=report(
            "results/figures/lesion-profile-{model}{k_suffix}.svg",
            caption="report/lesion-profile.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Profiles", "format": "SVG"},
        ),
    log:
        "logs/plot_lesion_profile/{model}{k_suffix}.log",
    benchmark:
        "benchmarks/plot_lesion_profile/{model}{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_lesion_profile.py"),
    script:
        "../scripts/plot_lesion_profile.py"


rule plot_submodule_scatter:
    input:
        table="results/lesion{k_suffix}/{model}.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/submodule-scatter-{model}{k_suffix}.png",
            caption="report/submodule-scatter.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Sub-modules", "format": "PNG"},
        ),
        svg=report(
            "results/figures/submodule-scatter-{model}{k_suffix}.svg",
            caption="report/submodule-scatter.rst",
            category="Single lesions",
            subcategory=lesion_subject,
            labels={"figure": "Sub-modules", "format": "SVG"},
        ),
    log:
        "logs/plot_submodule_scatter/{model}{k_suffix}.log",
    benchmark:
        "benchmarks/plot_submodule_scatter/{model}{k_suffix}.tsv"
    wildcard_constraints:
        k_suffix=r"(-K\d+)?",
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_submodule_scatter.py"),
    script:
        "../scripts/plot_submodule_scatter.py"


rule plot_random_control:
    input:
        table="results/double-lesion/{model}/single.csv",
        counts=single_lesions_of_pairs,
        control="results/double-lesion/{model}/control.csv",
        control_counts="results/double-lesion/{model}/control.h5",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/random-control-{model}.png",
            caption="report/random-control.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Random control", "format": "PNG"},
        ),
        svg=report(
            "results/figures/random-control-{model}.svg",
            caption="report/random-control.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Random control", "format": "SVG"},
        ),
    log:
        "logs/plot_random_control/{model}.log",
    benchmark:
        "benchmarks/plot_random_control/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_random_control.py"),
    script:
        "../scripts/plot_random_control.py"


rule plot_joint_heatmap:
    input:
        single="results/double-lesion/{model}/single.csv",
        joint="results/double-lesion/{model}/joint.csv",
        conditional="results/double-lesion/{model}/conditional.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/joint-heatmap-{model}.png",
            caption="report/joint-heatmap.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Joint lesions", "format": "PNG"},
        ),
        svg=report(
            "results/figures/joint-heatmap-{model}.svg",
            caption="report/joint-heatmap.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Joint lesions", "format": "SVG"},
        ),
    log:
        "logs/plot_joint_heatmap/{model}.log",
    benchmark:
        "benchmarks/plot_joint_heatmap/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_joint_heatmap.py"),
    script:
        "../scripts/plot_joint_heatmap.py"


rule plot_joint_significance:
    input:
        single="results/double-lesion/{model}/single.csv",
        joint="results/double-lesion/{model}/joint.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/joint-significance-{model}.png",
            caption="report/joint-significance.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Importance of pairs", "format": "PNG"},
        ),
        svg=report(
            "results/figures/joint-significance-{model}.svg",
            caption="report/joint-significance.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Importance of pairs", "format": "SVG"},
        ),
    log:
        "logs/plot_joint_significance/{model}.log",
    benchmark:
        "benchmarks/plot_joint_significance/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_joint_significance.py"),
    script:
        "../scripts/plot_joint_significance.py"


rule plot_conditional_heatmap:
    input:
        single="results/double-lesion/{model}/single.csv",
        conditional="results/double-lesion/{model}/conditional.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/conditional-heatmap-{model}.png",
            caption="report/conditional-heatmap.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Conditional lesions", "format": "PNG"},
        ),
        svg=report(
            "results/figures/conditional-heatmap-{model}.svg",
            caption="report/conditional-heatmap.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Conditional lesions", "format": "SVG"},
        ),
    log:
        "logs/plot_conditional_heatmap/{model}.log",
    benchmark:
        "benchmarks/plot_conditional_heatmap/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_conditional_heatmap.py"),
    script:
        "../scripts/plot_conditional_heatmap.py"


rule plot_conditional_scatter:
    input:
        single="results/double-lesion/{model}/single.csv",
        conditional="results/double-lesion/{model}/conditional.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/conditional-scatter-{model}.png",
            caption="report/conditional-scatter.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Effects of pairs", "format": "PNG"},
        ),
        svg=report(
            "results/figures/conditional-scatter-{model}.svg",
            caption="report/conditional-scatter.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Effects of pairs", "format": "SVG"},
        ),
    log:
        "logs/plot_conditional_scatter/{model}.log",
    benchmark:
        "benchmarks/plot_conditional_scatter/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_conditional_scatter.py"),
    script:
        "../scripts/plot_conditional_scatter.py"


rule plot_dependency_types:
    input:
        dependencies="results/double-lesion/{model}/dependencies.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/dependency-types-{model}.png",
            caption="report/dependency-types.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Types of dependencies", "format": "PNG"},
        ),
        svg=report(
            "results/figures/dependency-types-{model}.svg",
            caption="report/dependency-types.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Types of dependencies", "format": "SVG"},
        ),
    log:
        "logs/plot_dependency_types/{model}.log",
    benchmark:
        "benchmarks/plot_dependency_types/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_dependency_types.py"),
    script:
        "../scripts/plot_dependency_types.py"


rule plot_dependency_graph:
    input:
        single="results/double-lesion/{model}/single.csv",
        dependencies="results/double-lesion/{model}/dependencies.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/dependency-graph-{model}.png",
            caption="report/dependency-graph.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Dependencies", "format": "PNG"},
        ),
        svg=report(
            "results/figures/dependency-graph-{model}.svg",
            caption="report/dependency-graph.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Dependencies", "format": "SVG"},
        ),
    log:
        "logs/plot_dependency_graph/{model}.log",
    benchmark:
        "benchmarks/plot_dependency_graph/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_dependency_graph.py"),
    script:
        "../scripts/plot_dependency_graph.py"


rule plot_weight_paths:
    input:
        single="results/double-lesion/{model}/single.csv",
        paths="results/double-lesion/{model}/paths.csv",
        data=dataset_of_model,
    output:
        png=report(
            "results/figures/weight-paths-{model}.png",
            caption="report/weight-paths.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Paths of weights", "format": "PNG"},
        ),
        svg=report(
            "results/figures/weight-paths-{model}.svg",
            caption="report/weight-paths.rst",
            category="Double lesions",
            subcategory="{model}",
            labels={"figure": "Paths of weights", "format": "SVG"},
        ),
    log:
        "logs/plot_weight_paths/{model}.log",
    benchmark:
        "benchmarks/plot_weight_paths/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_digest("plot_weight_paths.py"),
    script:
        "../scripts/plot_weight_paths.py"
