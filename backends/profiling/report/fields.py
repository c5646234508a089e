"""Every figure of a report as a row: its name, its type, what it is, and what a private report says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT = 1  # the number of the JSON format; it grows when a field changes its meaning or goes
GROUP = 5  # rows that have to stand behind a figure of a private report
Type = Literal["string", "number", "integer", "boolean", "strings"]
Privacy = Literal["kept", "rounded", "masked", "left out"]


@dataclass(frozen=True)
class Field:
    """One figure. It is null where it does not apply or cannot be measured.

    In a private report it is `kept`, `rounded` to three digits where enough rows stand behind it, `masked` (null)
    where it counts fewer than five rows, or `left out` (null) because it is a value of the table.
    """

    name: str
    type: Type
    words: str
    private: Privacy = "kept"


OVERVIEW = (
    Field("rows", "integer", "rows of the table"),
    Field("columns", "integer", "columns of the table"),
    Field("cells", "integer", "rows × columns"),
    Field("missing", "integer", "cells without a value"),
    Field("missing_share", "number", "missing ÷ cells, 0 to 1"),
    Field("duplicate_rows", "integer", "rows that are equal to an earlier row"),
    Field("complete_rows", "integer", "rows in which no value is missing"),
    Field("memory", "integer", "bytes of the table in memory"),
)
ALERT = (
    Field("rule", "string", "the key of the rule"),
    Field("title", "string", "the rule in a few words"),
    Field("severity", "string", "high, medium or low"),
    Field("columns", "strings", "the columns concerned; none means the whole table"),
    Field("condition", "string", "when the rule fires"),
    Field("meaning", "string", "what that means for a model"),
    Field("advice", "string", "what to do"),
    Field("value", "number", "the figure that the rule compares; larger is worse", "rounded"),
    Field("sample", "string", "the rows the figure was made from; empty means all"),
)
_QUANTILES = tuple(
    Field(f"p{at}", "number", f"{at}th percentile of the finite values", "rounded") for at in (5, 25, 50, 75, 95)
)
COLUMN = (
    Field("column", "string", "the column's name"),
    Field("kind", "string", "number, integer, category, boolean, datetime, text or identifier"),
    Field("missing", "integer", "rows without a value"),
    Field("missing_share", "number", "missing ÷ rows, 0 to 1"),
    Field("distinct", "integer", "different values that are present"),
    Field("distinct_share", "number", "distinct ÷ rows with a value, 0 to 1"),
    Field("mode", "string", "the most frequent value, as text; cut after 200 characters", "left out"),
    Field("mode_count", "integer", "rows with the most frequent value", "masked"),
    Field("mode_share", "number", "mode_count ÷ rows with a value, 0 to 1", "masked"),
    Field("mean", "number", "mean of the finite values", "rounded"),
    Field("std", "number", "standard deviation of the finite values (ddof = 1)", "rounded"),
    Field("skewness", "number", "bias-corrected skewness, as pandas' skew", "rounded"),
    Field("kurtosis", "number", "bias-corrected excess kurtosis, as pandas' kurt", "rounded"),
    Field("min", "number", "smallest finite value", "left out"),
    Field("p1", "number", "1st percentile of the finite values", "rounded"),
    *_QUANTILES,
    Field("p99", "number", "99th percentile of the finite values", "rounded"),
    Field("max", "number", "largest finite value", "left out"),
    Field("zeros", "integer", "rows that are zero; 0 for what is no number"),
    Field("negatives", "integer", "rows below zero; 0 for what is no number"),
    Field("infinite", "integer", "rows that are infinite; 0 for what is no number"),
    Field("outliers", "integer", "rows more than 1.5 interquartile ranges outside the quartiles"),
    Field("sorted", "string", "increasing or decreasing when the file is in the order of the column, else empty"),
    Field("length_min", "number", "characters of the shortest text"),
    Field("length_mean", "number", "characters of a text on average", "rounded"),
    Field("length_max", "number", "characters of the longest text"),
    Field("blank", "integer", "texts that are empty or only blanks"),
    Field("first", "string", "earliest date, ISO 8601", "left out"),
    Field("last", "string", "latest date, ISO 8601", "left out"),
    Field("memory", "integer", "bytes of the column in memory"),
)
PAIR = (
    Field("first", "string", "one column"),
    Field("second", "string", "the other column"),
    Field("measure", "string", "Pearson, Spearman, Cramér's V or correlation ratio"),
    Field("pearson", "number", "linear correlation, -1 to 1", "rounded"),
    Field("spearman", "number", "rank correlation, -1 to 1", "rounded"),
    Field("value", "number", "the measure's value", "rounded"),
    Field("strength", "number", "how strongly the two go together, 0 to 1", "rounded"),
    Field("rows", "integer", "rows where both have a value"),
    Field("note", "string", "what has to be known to read the value"),
)
LEFT_OUT = (Field("column", "string", "a column without associations"), Field("reason", "string", "why"))
GAPS = (
    Field("column", "string", "a column with missing values"),
    Field("missing", "integer", "rows without a value"),
    Field("share", "number", "missing ÷ rows, 0 to 1"),
)
PATTERN = (
    Field("columns", "strings", "the columns that are missing in these rows, and no others"),
    Field("rows", "integer", "rows of this pattern"),
    Field("share", "number", "those rows ÷ all rows, 0 to 1"),
)
TOGETHER = (
    Field("first", "string", "one column"),
    Field("second", "string", "the other column"),
    Field("rows_both", "integer", "rows where both are missing"),
    Field("phi", "number", "correlation of the two gaps, -1 to 1", "rounded"),
    Field("overlap", "number", "gaps of the column with fewer that are gaps of the other too, 0 to 1", "rounded"),
)
FEATURE = (
    Field("column", "string", "a feature"),
    Field("kind", "string", "its kind"),
    Field("rows", "integer", "rows with a value of the feature and of the target"),
    Field("missing", "integer", "rows with a target but without the feature"),
    Field("mutual_information", "number", "mutual information with the target, nats", "rounded"),
    Field("mi_share", "number", "mutual information ÷ entropy of the target, 0 to 1", "rounded"),
    Field("auc", "number", "ROC AUC of this feature alone, 0.5 to 1", "rounded"),
    Field("auc_low", "number", "lower end of its 95 % interval", "rounded"),
    Field("auc_high", "number", "upper end of its 95 % interval", "rounded"),
    Field("spearman", "number", "rank correlation with a numeric target, -1 to 1", "rounded"),
    Field("spearman_low", "number", "lower end of its 95 % interval", "rounded"),
    Field("spearman_high", "number", "upper end of its 95 % interval", "rounded"),
    Field("note", "string", "why something is not measured"),
)
