"""Composing the script: what is read, which columns go where, the pipeline, the folds and the score."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from backends.datasets.schema import Column, Dataset
from backends.errors import WorkbenchError
from backends.training.inputs import InputColumn, input_columns
from backends.training.precision import SetPrecision
from backends.training.results import Comparison, TrainedModel
from backends.training.scoring import metric
from backends.training.script.code import Source, call, listing, spaced
from backends.training.script.reading import BLANKS, FUNCTIONS, Reading
from backends.training.script.texts import CUTS, DATE_LINES, METRIC_FUNCTIONS, ROUNDING, RUN, SCORES
from backends.training.targets import class_codes
from backends.training.validation import cross_validator


def script(comparison: Comparison, dataset: Dataset, key: str | None = None) -> str:
    """The source of a script that prints the model's mean cross-validation score, to six decimals.

    It imports pandas, NumPy and scikit-learn only, reads the CSV that `dataset` was read from (or, where
    pandas cannot repeat the repairs, its cleaned download, saying so) and builds the same pipeline on the same
    folds with the same seed. `key` is the model's key, by default the recommended one. Raises WorkbenchError
    for a model that has no result.
    """
    model = comparison.best if key is None else comparison.models.get(key)
    if model is None:
        raise WorkbenchError(f"The model {key!r} has no result.", hint="Choose one that finished.")
    return _Writer(model, dataset, comparison.metric, Source(model.spec.seed)).text()


@dataclass
class _Writer:
    model: TrainedModel
    dataset: Dataset
    metric: str
    source: Source

    def __post_init__(self) -> None:
        self.reading = Reading.of(self.dataset)
        self.columns = input_columns(self.model.schema)
        self.guarded = self.model.spec.scheme in ("group", "time")  # folds may lack a class

    def text(self) -> str:
        """All parts in the order of a script; the imports are known only when the rest is written."""
        self.source.use("numpy")
        self.source.use("pandas")
        self.source.use("sys")
        main = self._main()
        inputs, pipeline = self._inputs(), self._pipeline()
        helpers = [text for name, text in FUNCTIONS.items() if any(f"{name}(" in part for part in (main, inputs))]
        if any("words(" in part for part in (main, inputs)):
            self.source.use("unicodedata")
            helpers = [*helpers, FUNCTIONS["levels"]] if FUNCTIONS["levels"] not in helpers else helpers
        if any("numbers(" in part for part in (main, inputs)):
            self.source.use("re")
        helpers.sort(key=list(FUNCTIONS.values()).index)
        parts = [*(text.strip() for text in helpers), inputs, self._rounding(), *self.source.definitions.values()]
        body = spaced([*self._constants(), *parts, pipeline, self._score(), main])
        return "\n".join([self._head(), *self._imports(), "", body, "", RUN])

    def _head(self) -> str:
        packages = ", ".join(f"{name} {version(name)}" for name in ("pandas", "numpy", "scikit-learn"))
        title = metric(self.metric).title
        remark = f"\n{self.reading.remark}\n" if self.reading.remark else ""
        return (
            f'"""{_safe(self.model.title)}: predicts {_safe(repr(self.model.target.name))} and prints its {title}.\n\n'
            f"Mean over the folds of cross-validation on the training rows; the hold-out stays untouched. Run it with\n"
            f"the file, by default {_safe(self.reading.file)} in this folder:\n\n"
            f"    python script.py {_safe(self.reading.file)}\n{_safe(remark)}\n"
            f"Python {platform.python_version()}, {packages}: other versions may give other digits.\n"
            f'"""\n'
        )

    def _imports(self) -> list[str]:
        lines = self.source.import_lines()
        own = [
            "import os",
            *lines[: lines.index("")],
            "",
            'os.environ["OMP_NUM_THREADS"] = "1"  # one thread adds up in one order: the same digits everywhere',
            "",
            *lines[lines.index("") + 1 :],
        ]
        return ["from __future__ import annotations", "", *own]

    def _constants(self) -> list[str]:
        classes = call(
            "", [f"{self.source.expression(label)}: {code}" for code, label in enumerate(self.model.classes)], 0, "{}"
        )
        lines = [
            f"FILE = {self.source.expression(self.reading.file)}",
            f"SEED = {self.model.spec.seed}",
            f"TARGET = {self.source.expression(self.model.target.name)}",
            f"CLASSES = {classes}",
            f"MISSING = {listing(self.reading.missing())}",
            f'BLANKS = "{BLANKS.encode("unicode_escape").decode()}"',
            self.reading.names(),
            *(f"{name} = {listing(labels)}" for name, labels in self._blocks().items() if labels),
        ]
        return [line for line in lines if line]

    def _label(self, column: InputColumn) -> str:
        """The name of an input column in the script."""
        labels = [c.label for c in self.columns]
        return column.label if labels.count(column.label) == 1 else column.name

    def _blocks(self) -> dict[str, list[str]]:
        """The constant that lists the columns of each block of the column transformer."""
        blocks: dict[str, list[str]] = {}
        for name, _, at in self.model.pipeline.named_steps["prepare"].transformers:
            if not isinstance(at, int):
                blocks[name.upper()] = [self._label(self.columns[place]) for place in at]
        return blocks

    def _inputs(self) -> str:
        """The function that makes the inputs of the pipeline."""
        lines = ["def inputs(table):", '    """The columns that the pipeline takes, from the text of the file."""']
        plain = [c for c in self.columns if self._is_plain(c)]
        dated = dict.fromkeys(c.source for c in self.columns if c.part)
        lines.append("    columns = {}")
        for number, name in enumerate(dated):
            lines.append(f"    date{number} = {self._values(name)}")
        names = {name: f"date{number}" for number, name in enumerate(dated)}
        if len(plain) > 8:
            lines += ["    for name in PLAIN:", "        columns[name] = numbers(table[name])"]
        for column in self.columns:
            if len(plain) > 8 and column in plain:
                continue
            made = (
                DATE_LINES[column.part].format(d=names[column.source]) if column.part else self._values(column.source)
            )
            lines.append(f"    columns[{self.source.expression(self._label(column))}] = {made}")
        order = "    return pd.DataFrame(columns)"
        if len(plain) > 8:
            labels = f"PLAIN = {listing(c.source for c in plain)}"
            return labels + "\n\n\n" + "\n".join([*lines, order])
        return "\n".join([*lines, order])

    def _is_plain(self, column: InputColumn) -> bool:
        return (
            column.role == "number"
            and not column.part
            and self._values(column.source) == f"numbers({self._cell(column.source)})"
        )

    def _cell(self, name: str) -> str:
        return f"table[{self.source.expression(name)}]"

    def _values(self, name: str) -> str:
        return self.reading.values(self.dataset.schema[name], self.source, self._cell(name))

    def _rounding(self) -> str:
        step = self._step(SetPrecision)
        return ROUNDING.format(limit=step.limit, dtype=step.dtype).strip()

    def _step(self, kind: type) -> Any:
        return next(step for _, step in self.model.pipeline.steps if isinstance(step, kind))

    def _pipeline(self) -> str:
        """The function that makes the unfitted pipeline."""
        prepare = self.model.pipeline.named_steps["prepare"]
        self.source.use("sklearn.compose", "ColumnTransformer")
        self.source.use("sklearn.pipeline", "make_pipeline")
        self.source.use("sklearn.preprocessing", "FunctionTransformer")
        blocks = [
            call("", [f'"{name}"', self.source.expression(step, 4), self._place(name, at)], 3)
            for name, step, at in prepare.transformers
        ]
        threshold = f"sparse_threshold={prepare.sparse_threshold}"
        transformer = call("ColumnTransformer", [call("", blocks, 2, "[]"), threshold], 1)
        model = self.source.expression(self.model.pipeline.named_steps["model"], 1)
        return (
            "def pipeline():\n"
            '    """The preprocessing and the model, unfitted."""\n'
            f"    prepare = {transformer}\n"
            f"    model = {model}\n"
            "    return make_pipeline(prepare, FunctionTransformer(rounded, accept_sparse=True), model)"
        )

    def _place(self, name: str, at: Any) -> str:
        return self.source.expression(self._label(self.columns[at])) if isinstance(at, int) else name.upper()

    def _score(self) -> str:
        expression = SCORES[self.metric][len(self.model.classes) > 2]
        names = [n for n in METRIC_FUNCTIONS if n + "(" in expression]
        if names:
            self.source.use("sklearn.metrics", *names)
        lines = ["def score(y, proba):", f'    """{metric(self.metric).title} of class probabilities."""']
        if self.guarded and self.metric not in ("accuracy", "log_loss", "brier"):
            lines += ["    if len(np.unique(y)) < 2:", "        return np.nan  # not measurable on one class"]
        if "predicted" in expression:
            lines.append("    predicted = proba.argmax(axis=1)")
        return "\n".join([*lines, f"    return {expression}"])

    def _main(self) -> str:
        """The function that reads, cuts, fits and prints."""
        spec = self.model.spec
        read = self.reading.read_call(self.source)
        lines = [
            "def main(path):",
            '    """Cross-validate on the training rows and print the mean score."""',
            f"    table = {read}",
            f"    y = {self._target()}",
            *self._order(),
            *CUTS[spec.scheme],
        ]
        return "\n".join(self._filled(line) for line in [*lines, *self._loop()])

    def _target(self) -> str:
        """The class code of each row, missing where the row takes no part."""
        column = self.dataset.schema[self.model.target.name]
        cell = self._cell(column.name)
        if column.kind == "boolean":
            form = self.reading.format(column)
            codes = {name: code for code, name in enumerate(self.model.classes)}
            true, false = (_label_of(flag, column) for flag in (True, False))
            pairs = [(v, codes[true]) for v in form.true_values] + [(v, codes[false]) for v in form.false_values]
            written = [f"{self.source.expression(value)}: {code}" for value, code in pairs]
            return f"{cell}.str.strip().map({call('', written, 1, '{}')})"
        if self.reading.values(column, self.source, cell).startswith("numbers("):
            return f"{self._values(column.name)}.map({{float(name): code for name, code in CLASSES.items()}})"
        if column.kind == "datetime":
            return f"{self._values(column.name)}.astype(str).map(CLASSES)"
        return f"{cell}{'' if column.kind == 'text' else '.str.strip()'}.map(CLASSES)"

    def _order(self) -> list[str]:
        spec = self.model.spec
        if spec.scheme == "group":
            assert spec.group is not None
            self.source.use("sklearn.model_selection", "GroupShuffleSplit")
            return [
                f"    groups, names = pd.factorize({self._key(spec.group)})",
                "    alone = groups < 0",
                "    groups = np.where(alone, len(names) + np.cumsum(alone), groups)",
                "    known = y.notna().to_numpy()",
                "    groups = groups[known]",
            ]
        if spec.scheme == "time":
            assert spec.time is not None
            return [f"    times = {self._values(spec.time)}", "    known = (y.notna() & times.notna()).to_numpy()"]
        self.source.use("sklearn.model_selection", "train_test_split")
        return ["    known = y.notna().to_numpy()"]

    def _key(self, name: str) -> str:
        """The values of a column such that equal ones are equal; empty text is missing."""
        values = self._values(name)
        return f"{values}.replace('', None)".replace("''", '""') if values.startswith(("levels(", "words(")) else values

    def _loop(self) -> list[str]:
        cutter = cross_validator(self.model.spec)
        self.source.use("sklearn.model_selection", type(cutter).__name__)
        folds = repr(cutter).replace(f"random_state={self.model.spec.seed}", "random_state=SEED")
        groups = ", groups" if self.model.spec.scheme == "group" else ""
        proba = ["        proba = model.predict_proba(X.iloc[test])"]
        if self.guarded:
            proba = [
                "        proba = np.zeros((len(test), len(CLASSES)))  # a class that the fold lacks stays at 0",
                "        proba[:, model.classes_] = model.predict_proba(X.iloc[test])",
            ]
        return [
            f"    folds = {folds}",
            "    scores = []",
            f"    for train, test in folds.split(X, y{groups}):",
            "        model = pipeline().fit(X.iloc[train], y[train])",
            *proba,
            "        scores.append(score(y[test], proba))",
            f'    print(f"{metric(self.metric).title}: {{np.nanmean(scores):.6f}} (mean of {{len(scores)}} folds)")',
        ]

    def _filled(self, line: str) -> str:
        return line.replace("@holdout", repr(self.model.spec.holdout))


def _label_of(flag: bool, column: Column) -> str:
    import pandas as pd

    return class_codes(pd.Series([flag]), column.format)[1][0]


def _safe(text: str) -> str:
    """Text from a table inside a docstring: nothing in it may end the docstring or start an escape."""
    return text.replace("\\", "/").replace('"""', "'''")
