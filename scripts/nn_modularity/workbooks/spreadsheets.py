"""Spreadsheets: sheets that are readable as they open, the same bytes for the same content.

Excel's files carry times of creation, of change, and of every part; here they are all fixed.
"""

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from nn_modularity import files, palette

LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LOOKS_LIKE_A_FORMULA = ("=", "+", "-", "@")
_NARROWEST, _WIDEST = 7, 90
_CHANGED = datetime.datetime(2020, 1, 1)

_FONT, _LINE = "Calibri", 15.0
_BOOLEAN = '"TRUE";"TRUE";"FALSE"'  # Excel shows TRUE anyway, LibreOffice 1 without
_HEADER = Font(name=_FONT, size=11, bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="E4E4E4")
_HEADER_LINE = Border(bottom=Side("thin", color="808080"))
_REMARK = Font(name=_FONT, size=11, italic=True, color="606060")
_WARNING = Font(name=_FONT, size=12, bold=True, color="FFFFFF")
_WARNING_FILL = PatternFill("solid", fgColor="B00020")


@dataclass(frozen=True)
class Note:
    """A line above a table."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table and how it looks.

    Attributes
    ----------
    name : str
        See `sheet_name`.
    table : DataFrame
        Its columns become the header, its index is left out. Missing numbers become empty cells.
    formats : mapping
        Excel's number format by column; others as Excel likes.
    notes : tuple of Note
        Above the header.
    n_frozen : int
        Columns on the left that stay in view.
    """

    name: str
    table: pd.DataFrame
    formats: dict[str, str]
    notes: tuple[Note, ...] = ()
    n_frozen: int = 0


def write(path: str | Path, sheets: Sequence[Sheet]) -> None:
    """Write a spreadsheet, atomically; the bytes depend on the content alone."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in sheets:
        _fill(workbook.create_sheet(sheet.name), sheet)
    workbook.properties.creator = "nn-modularity"
    workbook.properties.created = workbook.properties.modified = _CHANGED
    # Workbook.save() would set the time of change to now.
    with files.atomic(path) as temporary, _TimelessZip(temporary, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).write_data()


def sheet_name(stem: str, ending: str = "", taken: Sequence[str] = ()) -> str:
    """A name for a sheet that Excel allows.

    Parameters
    ----------
    stem, ending : str
        The name is the stem, cut where it is too long, and the ending.
    taken : sequence of str
        Names in use; Excel takes upper and lower case for the same.
    """
    stem = _FORBIDDEN.sub("_", stem).strip("'") or "_"
    used = {name.casefold() for name in (*taken, "history")}
    number = 1
    while True:
        tail = ending if number == 1 else f"~{number}{ending}"
        name = stem[: LONGEST_NAME - len(tail)] + tail
        if name.casefold() not in used:
            return name
        number += 1


def text_colour(fill: str) -> str:
    """Black or white, whichever stands out from a fill; colours as ``#RRGGBB``.

    WCAG 2.1: (L₁ + 0.05) / (L₂ + 0.05) of the relative luminances; the two are equal at L = 0.179.
    """
    channels = np.array([int(fill[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "#000000" if linear @ [0.2126, 0.7152, 0.0722] > 0.179 else "#FFFFFF"


class _TimelessZip(ZipFile):
    """A zip archive whose parts are all of 1980-01-01, ZipInfo's default."""

    def writestr(self, name: str, data: str | bytes) -> None:
        super().writestr(ZipInfo(name), data, ZIP_DEFLATED)

    def write(self, filename: str, arcname: str) -> None:
        self.writestr(arcname, Path(filename).read_bytes())


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    names = list(sheet.table.columns)
    header = len(sheet.notes) + 1
    for row, note in enumerate(sheet.notes, start=1):
        _write_note(worksheet.cell(row, 1), note, len(names))
    for number, name in enumerate(names, start=1):
        values = sheet.table[name].tolist()
        number_format = sheet.formats.get(name, "General")
        _write_header(worksheet.cell(header, number), str(name))
        for row, value in enumerate(values, start=header + 1):
            cell = worksheet.cell(row, number)
            cell.number_format = number_format
            _write_value(cell, value)
            _style_value(cell, value)
        # The header leaves room for the filter's button.
        lengths = [_length(_shown(value, number_format)) + 2 for value in values]
        width = min(max([*lengths, len(str(name)) + 4, _NARROWEST]), _WIDEST)
        worksheet.column_dimensions[get_column_letter(number)].width = width
    _arrange(worksheet, sheet, header)


def _length(text: str) -> int:
    """Width of a text in digits: capitals are wider."""
    return math.ceil(len(text) + 0.3 * sum(letter.isupper() for letter in text))


def _arrange(worksheet: Worksheet, sheet: Sheet, header: int) -> None:
    last_column = get_column_letter(max(1, len(sheet.table.columns)))
    worksheet.auto_filter.ref = f"A{header}:{last_column}{header + len(sheet.table)}"
    worksheet.freeze_panes = worksheet.cell(header + 1, sheet.n_frozen + 1)
    worksheet.print_title_rows = f"{header}:{header}"
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.fitToHeight = 0  # as many pages as it takes, each one table wide
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_header(cell: Cell, name: str) -> None:
    _write_value(cell, name)
    cell.font, cell.fill, cell.border = _HEADER, _HEADER_FILL, _HEADER_LINE
    _style_value(cell, name)


def _write_value(cell: Cell, value: Any) -> None:
    if isinstance(value, str):
        cell.value = _UNPRINTABLE.sub("�", value)
        cell.data_type = "s"  # never a formula, whatever it begins with
        cell.quotePrefix = value.startswith(_LOOKS_LIKE_A_FORMULA)
    elif isinstance(value, float) and math.isinf(value):
        cell.value = "∞" if value > 0 else "−∞"  # Excel has no infinite numbers
        cell.alignment = Alignment(horizontal="right")
    elif not pd.isna(value):
        cell.value = value


def _style_value(cell: Cell, value: Any) -> None:
    if isinstance(value, bool):
        cell.number_format, cell.alignment = _BOOLEAN, Alignment(horizontal="center")
    elif value in palette.TAXONOMY:
        colour = palette.TAXONOMY[value]
        cell.fill = PatternFill("solid", fgColor=colour.removeprefix("#"))
        font = text_colour(colour).removeprefix("#")
        cell.font = Font(name=_FONT, size=11, bold=cell.font.bold, color=font)
    if isinstance(value, str):
        # Indented: the number on its left ends at the cell's border.
        wrap = len(value) > _WIDEST
        cell.alignment = Alignment("left", "top", indent=1, wrap_text=wrap)
    if isinstance(value, str) and len(value) > _WIDEST:
        n_lines = math.ceil(len(value) / (0.9 * _WIDEST))
        cell.parent.row_dimensions[cell.row].height = _LINE * n_lines


def _write_note(cell: Cell, note: Note, n_columns: int) -> None:
    _write_value(cell, note.text)
    cell.font = _WARNING if note.is_warning else _REMARK
    if note.is_warning:
        for column in range(1, n_columns + 1):
            cell.parent.cell(cell.row, column).fill = _WARNING_FILL


def _shown(value: Any, number_format: str) -> str:
    """About what Excel shows, to measure its length."""
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return ""
    decimals = len(number_format.partition(".")[2].rstrip("%"))
    if number_format.endswith("%"):
        return f"{value:.{decimals}%}"
    return f"{value:.{decimals}f}" if number_format != "General" else f"{value:.9g}"
