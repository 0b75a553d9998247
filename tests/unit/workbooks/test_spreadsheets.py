"""Spreadsheets: what a reader sees when they open one."""

import re
import time
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn_modularity import files, palette, vocabulary
from nn_modularity.lesions import taxonomy
from nn_modularity.workbooks import binding, columns, lesions, origins, pairs, spreadsheets
from nn_modularity.workbooks.spreadsheets import Note, Sheet

RULE = taxonomy.Rule(100)
SOFTWARE = {"commit": "0123abc", "python": "3.11.0", "numpy": "2.0.0"}


def origin(model="MNIST", complete=True):
    return origins.Origin(
        model=model,
        stage="pruned",
        instance=0,
        dataset="mnist",
        source="embedded digits",
        data_complete=complete,
        dataset_sha256="ab" * 32,
        network_dataset_sha256="ab" * 32,
        recipe={"epochs": 20, "pruning_epochs": 20},
        metrics={"train_acc": 0.99, "train_loss": 0.1, "test_acc": 0.98, "test_loss": 0.2},
        seed=1,
        keras_version="3.0",
        tensorflow_version="2.21",
    )


def single_table(classes=vocabulary.CLASSES):
    n = len(classes)
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "layer": np.arange(n) // 4 + 1,
            "label": np.arange(n) % 4,
            "diff": -generator.random(n),
            "corrected_pvalue": 1 / 101,
            "label_in_layer_proportion": 0.25,
            "true": generator.random(n),
            "taxonomy": classes,
            "mean": 0.9,
            "std": 0.01,
            "z_score": [np.nan, *([-3.0] * (n - 1))],
            "n_layer_label": 64,
            "pvalue": [1 / 101] * 3 + [0.5] * (n - 3),
            "p_fwer": 0.3,
            "pvalue_bh": [0.02] * 2 + [0.5] * (n - 2),
            "intact": 0.975,
            "n_shuffles": 100,
            "near_chance": False,
            "acc_0": 0.5,
            "intact_acc_0": 0.9,
        }
    )


def written(tmp_path, sheets):
    path = tmp_path / "book.xlsx"
    spreadsheets.write(path, sheets)
    return openpyxl.load_workbook(path)


@pytest.fixture
def lesion_book(tmp_path):
    models = [
        lesions.TestedModel(origin("MNIST"), 4, 2.0, single_table()),
        lesions.TestedModel(origin("MNIST+DROPOUT", False), 4, 1.8, single_table()),
    ]
    return written(tmp_path, lesions.sheets(models, RULE, 7, SOFTWARE))


def test_the_same_content_gives_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    sheets = [Sheet("a", single_table(), {}, (Note("a note"),))]
    spreadsheets.write(tmp_path / "first.xlsx", sheets)
    later = time.time() + 86400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    spreadsheets.write(tmp_path / "second.xlsx", sheets)
    hashes = {files.file_sha256(tmp_path / f"{name}.xlsx") for name in ("first", "second")}
    assert len(hashes) == 1


def test_no_part_of_the_file_carries_a_time(tmp_path):
    spreadsheets.write(tmp_path / "book.xlsx", [Sheet("a", single_table(), {})])
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    years = set(re.findall(r"(\d{4})-\d\d-\d\dT", core))
    assert years == {"2020"}


def test_a_sheet_a_model_between_summary_and_provenance(lesion_book):
    assert lesion_book.sheetnames == [
        "summary",
        "MNIST",
        "MNIST+DROPOUT",
        "provenance",
        "columns",
    ]


def test_a_models_sheet_reads_back_as_its_table(tmp_path, lesion_book):
    found = pd.read_excel(tmp_path / "book.xlsx", sheet_name="MNIST")
    pd.testing.assert_frame_equal(found, single_table())


def test_header_is_frozen_and_filters(lesion_book):
    sheet = lesion_book["MNIST"]
    assert sheet.freeze_panes == "C2"  # layer and label stay in view too
    assert sheet.auto_filter.ref == f"A1:S{1 + len(vocabulary.CLASSES)}"
    assert lesion_book["summary"].freeze_panes == "B3"


def test_columns_are_as_wide_as_their_header(lesion_book):
    for sheet in lesion_book:
        header = 2 if sheet.title in ("summary", "provenance", "MNIST+DROPOUT") else 1
        for cell in sheet[header]:
            if cell.value:
                assert sheet.column_dimensions[cell.column_letter].width > len(cell.value)


def test_numbers_are_shown_as_what_they_are(lesion_book):
    sheet = lesion_book["MNIST"]
    formats = {cell.value: sheet.cell(3, cell.column).number_format for cell in sheet[1]}
    assert formats["diff"] == formats["true"] == formats["acc_0"] == "0.00%"
    assert formats["pvalue"] == formats["corrected_pvalue"] == "0.0000"
    assert formats["layer"] == "General"


def test_classes_are_coloured_and_readable(lesion_book):
    sheet = lesion_book["MNIST"]
    column = next(cell.column for cell in sheet[1] if cell.value == "taxonomy")
    for row in range(2, 2 + len(vocabulary.CLASSES)):
        cell = sheet.cell(row, column)
        assert cell.fill.fgColor.rgb[2:] == palette.TAXONOMY[cell.value].removeprefix("#")
        assert contrast("#" + cell.font.color.rgb[2:], "#" + cell.fill.fgColor.rgb[2:]) > 4.5


def test_a_missing_number_is_an_empty_cell_and_an_infinite_one_is_said_so(tmp_path):
    table = pd.DataFrame({"z_score": [np.nan, -np.inf, 1.5]})
    sheet = written(tmp_path, [Sheet("a", table, {})])["a"]
    assert [cell.value for cell in sheet["A"]] == ["z_score", None, "−∞", 1.5]


@pytest.mark.parametrize("text", ["+DROPOUT", "=1+1", "-x", "@here", "007"])
def test_text_is_text_whatever_it_begins_with(tmp_path, text):
    sheet = written(tmp_path, [Sheet("a", pd.DataFrame({"model": [text]}), {})])["a"]
    assert sheet["A2"].value == text
    assert sheet["A2"].data_type == "s"


@pytest.mark.parametrize("name", ["summary", "MNIST+DROPOUT"])
def test_incomplete_data_is_said_on_top_of_every_table_of_it(lesion_book, name):
    cell = lesion_book[name]["A1"]
    assert cell.value.startswith("INCOMPLETE DATA: MNIST+DROPOUT: ")
    assert cell.fill.fill_type == "solid"
    assert lesion_book["MNIST"]["A1"].value == "layer"


def test_complete_data_raises_no_alarm():
    note = binding.data_note([origin("MNIST"), origin("LINE")])
    assert not note.is_warning


def test_networks_near_chance_are_named_on_top_of_the_summary():
    guessing = single_table().assign(near_chance=True)
    models = [
        lesions.TestedModel(origin("MNIST"), 4, 2.0, single_table()),
        lesions.TestedModel(origin("LINE+DROPOUT"), 4, 1.8, guessing),
    ]
    summary, plain, guessed, *_ = lesions.sheets(models, RULE, 7, SOFTWARE)
    assert (len(plain.notes), len(guessed.notes)) == (0, 1)
    (warning,) = [note.text for note in summary.notes if note.is_warning]
    assert warning.startswith("NEAR CHANCE: LINE+DROPOUT: ")
    assert list(summary.table["near_chance"]) == [False, True]


def test_summary_counts_every_class_and_what_is_significant():
    classes = ("important",) * 3 + ("small", "other", "important", "complete", "prunable")
    model = lesions.TestedModel(origin(), 4, 2.0, single_table(classes))
    row = lesions.summary([model], RULE).iloc[0]
    assert row["important"] == 4
    assert (row["small"], row["other"], row["complete"], row["prunable"]) == (1, 1, 1, 1)
    assert row[list(vocabulary.CLASSES)].sum() == row["n_sub_modules"] == 8
    assert (row["n_significant"], row["n_significant_fwer"], row["n_significant_bh"]) == (3, 0, 2)
    assert row["intact"] == 0.975


def test_summary_goes_by_the_p_value_that_the_classes_use():
    table = single_table().assign(pvalue=0.5)
    model = lesions.TestedModel(origin(), 4, 2.0, table)
    ignoring = taxonomy.Rule(100, ties="ignored")
    assert lesions.summary([model], ignoring).iloc[0]["n_significant"] == len(table)


def test_provenance_says_where_data_network_and_table_come_from(lesion_book):
    sheet = lesion_book["provenance"]
    row = dict(zip((c.value for c in sheet[2]), (c.value for c in sheet[4]), strict=True))
    assert row["model"] == "MNIST+DROPOUT"
    assert row["data_complete"] is False
    assert row["dataset_sha256"] == "ab" * 32
    assert row["commit"] == "0123abc"
    assert row["study_seed"] == 7
    assert row["keras"] == "3.0"


def test_every_column_is_explained(lesion_book):
    explained = list(lesion_book["columns"].values)[1:]
    assert len(explained) > 60
    assert [row for row in explained if not row[2]] == []


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.sampled_from(["", " joint"]))
@settings(max_examples=50)
def test_sheet_names_are_such_that_excel_takes(stems, ending):
    taken = []
    for stem in stems:
        taken.append(spreadsheets.sheet_name(stem, ending, taken))
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.endswith(ending)
        assert not name.startswith("'")


def test_long_tags_keep_their_table_in_the_sheets_name():
    stem = "MNIST-CIFAR10-SEPARATED+DROPOUT"
    first = spreadsheets.sheet_name(stem, " conditional")
    assert first == "MNIST-CIFAR10-SEPAR conditional"
    second = spreadsheets.sheet_name(stem[:-1], " conditional", [first])
    assert second == "MNIST-CIFAR10-SEP~2 conditional"


def test_commit_is_unknown_outside_of_a_repository(tmp_path):
    assert origins.commit(tmp_path) == "unknown"


def contrast(first, second):
    """WCAG's contrast of two colours ``#RRGGBB``, from 1 to 21."""

    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(first), luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def pairs_of_three():
    """Tables of three sub-modules a, b (layer 1) and c (layer 2); only a is important alone."""
    single = single_table(("important", "other", "other"))
    single = single.assign(layer=[1, 1, 2], label=[0, 1, 0], diff=[-0.2, 0.0, -0.005])
    names = [(1, 0), (1, 1), (2, 0)]
    diffs, classes = single["diff"], single["taxonomy"]
    joint = pd.DataFrame(
        [
            {
                "first_layer": names[i][0],
                "first_label": names[i][1],
                "second_layer": names[j][0],
                "second_label": names[j][1],
                "within_layer": names[i][0] == names[j][0],
                "first_diff": diffs[i],
                "first_taxonomy": classes[i],
                "second_diff": diffs[j],
                "second_taxonomy": classes[j],
                "pvalue": 0.5,
            }
            for i in range(3)
            for j in range(i, 3)
        ]
    )
    # Pairs: aa, ab, ac, bb, bc, cc.
    joint["diff"] = [-0.2, -0.2, -0.005, 0.0, -0.3, -0.005]
    joint["taxonomy"] = ["important", "important", "other", "other", "important", "other"]
    joint["important"] = joint["taxonomy"] == "important"
    return single, joint


def test_importance_is_counted_over_all_pairs_and_over_those_across_layers():
    counts = pairs.importance_counts(*pairs_of_three())
    found = {tuple(map(bool, row[:3])): tuple(row[3:]) for row in counts.to_numpy().tolist()}
    assert found == {
        (True, True, True): (1, 0),  # a with itself
        (True, False, True): (1, 0),  # a and b
        (True, False, False): (1, 1),  # a and c
        (False, False, True): (1, 1),  # b and c
        (False, False, False): (2, 0),  # b and c with themselves
    }


def test_interesting_pairs_are_those_whose_importance_surprises():
    _, joint = pairs_of_three()
    found = pairs.interesting_pairs(joint)
    assert list(found["why"]) == ["important alone only", "important together only"]
    assert list(found["first_label"]) == [0, 1]
    np.testing.assert_allclose(found["excess"], [-0.005 + 0.2 + 0.005, -0.3 + 0.005])


def test_double_lesions_have_eight_sheets_a_model(tmp_path):
    single, joint = pairs_of_three()
    conditional = pd.DataFrame(
        {"layer": [1], "label": [0], "given_layer": [2], "given_label": [0]}
        | {"within_layer": [False], "diagonal": [False], "s": [-0.2], "taxonomy": ["important"]}
    )
    dependencies = pd.DataFrame({"x_layer": [1], "type": ["II"], "edge": [True]})
    paths = pd.DataFrame({"x_layer": [1], "mean": [0.25]})
    tables = (single, single.assign(taxonomy="other"), joint, conditional, dependencies, paths)
    models = [
        pairs.TestedPairs(origin(model), 10, 6.0, *tables) for model in ("MNIST", "MNIST+DROPOUT")
    ]
    sheets = pairs.sheets(models, taxonomy.Rule(50), RULE, 7, SOFTWARE)
    book = written(tmp_path, sheets)
    titles = [
        "single",
        "control",
        "joint",
        "conditional",
        "importance",
        "interesting",
        "types",
        "paths",
    ]
    assert book.sheetnames == [
        "summary",
        *(f"MNIST {title}" for title in titles),
        *(f"MNIST+DROPOUT {title}" for title in titles),
        "provenance",
        "columns",
    ]
    summary = pd.read_excel(tmp_path / "book.xlsx", sheet_name="summary", header=1).iloc[0]
    assert (summary["n_joint"], summary["n_joint_important"]) == (2, 1)
    assert (summary["n_important"], summary["n_important_control"]) == (1, 0)
    assert (summary["type_II"], summary["n_edges"]) == (1, 1)
    explained = pd.read_excel(tmp_path / "book.xlsx", sheet_name="columns")
    assert explained["meaning"].notna().all()


def test_formats_exist_for_described_columns_only():
    described = {
        name
        for group in (
            columns.SINGLE,
            columns.JOINT,
            columns.CONDITIONAL,
            columns.INTERESTING,
            columns.DEPENDENCIES,
            columns.WEIGHT_PATHS,
            columns.SUMMARY,
            columns.PROVENANCE,
        )
        for name in group
    }
    assert set(columns.FORMATS) <= described
