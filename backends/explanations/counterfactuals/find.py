"""From a row and a wish to counterfactuals that the model confirms, or to what stands in the way."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from backends.errors import WorkbenchError
from backends.explanations.coding import Coding, changed
from backends.explanations.counterfactuals.constraints import Constraints
from backends.explanations.counterfactuals.judge import Judge, OutOfTime
from backends.explanations.counterfactuals.result import Counterfactuals, Question
from backends.explanations.counterfactuals.room import Room
from backends.explanations.counterfactuals.search import Search
from backends.profiling.budget import Budget
from backends.training.results import TrainedModel

REAL_ROWS = 5_000  # of the training rows that are started from
REAL_CELLS = 4_000_000
SPARE = 0.9  # of the stated time, so that what was found is scored again within it
LOOKED_AT = 1_000  # real rows that a model has to say the same of to be called constant
FIRST = 64  # of them asked about at a time
NAMED = 3  # constraints in a message


def counterfactuals(
    model: TrainedModel,
    row: pd.DataFrame,
    constraints: Constraints | None = None,
    *,
    target_class: str | None = None,
    count: int = 4,
    seconds: float = 10.0,
    seed: int = 0,
    training_frame: pd.DataFrame | None = None,
    policy: bool = True,
) -> Counterfactuals:
    """The nearest changes of `row` (one row) that flip the model's decision; the keywords are told at `Question`.

    `training_frame` are real rows to start from and to take values from, without them the held-out rows. The same
    arguments give the same answer unless the time runs out. Raises WorkbenchError for a class, a column or a
    constraint that cannot be, and for a row that is already decided as wanted.
    """
    question = Question(target_class, count, seconds, seed, policy)
    asked = _Asked(model, row, constraints or Constraints(), training_frame, question)
    with threadpool_limits(1):  # threads that wait for each other cost more than they save on a few hundred rows
        return asked.answer()


class _Asked:
    """One question on its way to its answer."""

    def __init__(
        self,
        model: TrainedModel,
        row: pd.DataFrame,
        wanted: Constraints,
        training_frame: pd.DataFrame | None,
        question: Question,
    ) -> None:
        self.model, self.wanted, self.question = model, wanted, question
        self.started = time.perf_counter()
        self.row = _checked(model, row, question)
        wanted.check(model.schema)
        rows = model.holdout if training_frame is None else training_frame
        least = max(1, min(REAL_ROWS, REAL_CELLS // max(len(model.schema), 1)))
        self.sample = Budget(0.0, question.seed).sample(len(rows), 1, 1.0, least)
        real = rows if self.sample.positions is None else rows.iloc[self.sample.positions]
        names = list(model.schema.names)
        self.coding = Coding.of(model.schema, [self.row[names], real[names]])
        self.pool, self.own = self.coding.encode(real[names]), self.coding.encode(self.row[names])[0]
        self.judge = Judge(model, self.coding, self.row, 0, question.policy, self.started + SPARE * question.seconds)
        self.judge.target = self._target()

    def answer(self) -> Counterfactuals:
        """The search, then its result in the words of the table."""
        room, count = Room.around(self.own, self.pool, self.coding, self.wanted), self.question.count
        found = Search.of(room, self.judge, self.pool).nearest(count)
        for _ in range(count):
            where = room.changes(found) & room.free
            if not len(found) or self.judge.late or len(np.unique(where, axis=0)) >= count:
                break
            room = room.without(int(where.sum(axis=0).argmax()))  # another way has to do without what all others use
            found = np.concatenate([found, Search.of(room, self.judge, self.pool).nearest(count)])
        rows = self._confirmed(_diverse(found, room, count))
        return self._result(rows) if len(rows) else self._nothing()

    def _target(self) -> int:
        """The code of the wanted class."""
        known, decided = self.judge.decided(self.row)
        classes, now = self.model.classes, int(decided[0])
        if self.question.target_class is None:
            return int(np.argmax(np.where(np.arange(len(classes)) == now, -1.0, known[0])))
        if self.question.target_class not in classes:
            raise WorkbenchError(
                f"There is no class {self.question.target_class!r}.", hint=f"The classes are {', '.join(classes)}."
            )
        if classes.index(self.question.target_class) == now:
            raise WorkbenchError(
                f"The row is already decided as {self.question.target_class!r}.", hint="Choose another class to reach."
            )
        return classes.index(self.question.target_class)

    def _confirmed(self, rows: np.ndarray) -> np.ndarray:
        """The rows that the model decides as wanted when it is asked once more, in the table's own values."""
        if not len(rows):
            return rows
        _, codes = self.judge.decided(self._table(rows))
        return rows[codes == self.judge.target]

    def _table(self, rows: np.ndarray) -> pd.DataFrame:
        """Coded rows as the table has them; what did not change is taken from the row itself, to the last digit."""
        frame, moved = self.judge.frame(rows), changed(rows, self.own)
        names = np.array([*self.coding.names, ""], dtype=object)[:-1]
        again = self.row.iloc[np.zeros(len(rows), dtype=int)].reset_index(drop=True)
        for at in np.flatnonzero(moved.any(axis=0)):
            own = again[names[at]].astype(frame[names[at]].dtype)
            again = again.assign(**{names[at]: own.where(~moved[:, at], frame[names[at]])})
        return again[list(frame.columns)]

    def _result(self, rows: np.ndarray) -> Counterfactuals:
        frame = self._table(rows)
        known, codes = self.judge.decided(frame)
        wanted, seconds = self.model.classes[self.judge.target], time.perf_counter() - self.started
        many = "1 way" if len(rows) == 1 else f"{len(rows)} ways"
        return Counterfactuals(
            target=wanted,
            frame=frame,
            changes=self._changes(rows, frame),
            probability=known[:, self.judge.target],
            decision=tuple(self.model.classes[code] for code in codes),
            distance=self.coding.distances(rows, self.own),
            seconds=seconds,
            tried=self.judge.tried,
            message=f"{many} to {wanted!r}, found among {self.judge.tried:,} rows in {seconds:.1f} s.",
            sample=self.sample.words,
        )

    def _changes(self, rows: np.ndarray, frame: pd.DataFrame) -> pd.DataFrame:
        """One line per changed column of each counterfactual."""
        lines = [
            (int(at), name := self.coding.names[place], self.row[name].iloc[0], frame[name].iloc[at])
            for at, place in np.argwhere(changed(rows, self.own)).tolist()
        ]
        return pd.DataFrame(lines, columns=["counterfactual", "column", "before", "after"])

    def _nothing(self) -> Counterfactuals:
        """An empty answer that says why."""
        late = self.judge.late
        constant = not late and self._constant()
        blocked, untried = ((), ()) if late or constant else self._blocked_by()
        wanted, seconds = self.model.classes[self.judge.target], time.perf_counter() - self.started
        tried = self.judge.tried
        if constant:
            message = f"The model says the same of every row, so that no change leads to {wanted!r}."
        elif late:
            spent = max(self.question.seconds, round(seconds, 1))  # one call of a very slow model can take longer
            message = f"None found in {spent:g} s ({tried:,} rows tried); more time may find some."
        else:
            message = f"None found among {tried:,} rows in {seconds:.1f} s{self._hindrance(blocked, untried)}."
        columns = pd.DataFrame(columns=["counterfactual", "column", "before", "after"])
        none = np.empty(0)
        frame = self.row.iloc[:0].reset_index(drop=True)
        return Counterfactuals(
            wanted, frame, columns, none, (), none, seconds, tried, message, blocked, self.sample.words, untried
        )

    def _hindrance(self, blocked: tuple[str, ...], untried: tuple[str, ...]) -> str:
        words = f"; it would work if {' or if '.join(blocked)}" if blocked else ""
        if untried:
            named = " or if ".join(untried[:NAMED])
            more = f" (and {len(untried) - NAMED:,} more)" if len(untried) > NAMED else ""
            return f"{words}; time ran out before it was known whether it would work if {named}{more}"
        if blocked or not any(self.wanted.relaxed()):
            return words
        return "; no constraint that is left out by itself changes that"

    def _blocked_by(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The constraints without which (one at a time) a counterfactual is found, and those that time ran out for."""
        found, untried = [], []
        for words, left in self.wanted.relaxed():
            works = None if self.judge.over else self._works(left())
            if works:
                found.append(words)
            elif works is None:
                untried.append(words)
        return tuple(found), tuple(untried)

    def _works(self, left: Constraints) -> bool | None:
        """Whether anything is found with these constraints; None where time ran out before that was known."""
        try:
            room = Room.around(self.own, self.pool, self.coding, left)
        except WorkbenchError:  # without the one that is left out another constraint cannot be kept
            return False
        return Search.of(room, self.judge, self.pool).explore(first_only=True) or (None if self.judge.late else False)

    def _constant(self) -> bool:
        """Whether the model has said one and the same of every row, and says it of real rows too."""
        try:
            for start in range(0, min(len(self.pool), LOOKED_AT), FIRST):
                if self.judge.varied:
                    break
                self.judge.leads(self.pool[start : start + FIRST])
        except OutOfTime:
            return False  # nobody knows
        return not self.judge.varied


def _checked(model: TrainedModel, row: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The row with the columns that a decision needs. Raises WorkbenchError when something is missing or is not one."""
    if len(row) != 1:
        raise WorkbenchError(
            f"{len(row):,} rows were given.", hint="Choose the one row that is to be decided otherwise."
        )
    names = [*model.schema.names, *(name for name in model.policy.columns if name not in model.schema.names)]
    absent = next((name for name in names if name not in row.columns), None)
    if absent is not None:
        raise WorkbenchError(f"The row has no column {absent!r}.", hint=f"The model needs {', '.join(names[:20])}.")
    if question.count < 1 or question.seconds <= 0:
        raise WorkbenchError(
            f"{question.count} counterfactuals in {question.seconds:g} s cannot be found.",
            hint="Ask for one or more, and give some seconds.",
        )
    return row[names].reset_index(drop=True)


def _diverse(rows: np.ndarray, room: Room, count: int) -> np.ndarray:
    """The nearest row of each set of changed columns, then others that change them another way, up to `count`.

    Another way is another level, or another direction of a quantity.
    """
    where = room.changes(rows)
    order = np.lexsort([room.distances(rows), where.sum(axis=1)])
    rows, where = rows[order], where[order]
    ways = np.where([levels is None for levels in room.coding.levels], np.sign(rows - room.own), rows)
    first: dict[bytes, int] = {}
    second: dict[bytes, int] = {}
    for place in range(len(rows)):
        first.setdefault(where[place].tobytes(), place)
        second.setdefault(np.where(where[place], ways[place], 0.0).tobytes(), place)
    kept = list(dict.fromkeys([*first.values(), *second.values()]))[:count]
    return rows[sorted(kept)]
