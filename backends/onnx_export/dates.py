"""Calendar dates in an ONNX graph, by whole-number arithmetic: exact for every date of pandas."""

from __future__ import annotations

from onnx import TensorProto

from backends.onnx_export.nodes import Nodes
from backends.onnx_export.signature import MISSING_DATE

DAY = 86_400_000_000  # microseconds
HOUR = 3_600_000_000
CYCLE, CYCLE_DAYS = 400, 146_097  # years after which the calendar repeats, and their days
BACK = 800  # cycles that the count begins before the year 0: earlier than any date in 64 bits of microseconds
MARCH = 719_468  # days from 0000-03-01 to 1970-01-01


class DateParts:
    """The parts of dates, each a double tensor of the dates' shape (rows, columns), NaN for a missing date.

    `moments` names an int64 tensor of microseconds since 1970. Years begin in March here, so that the leap day is the
    last one; the arithmetic is that of "chrono-compatible low-level date algorithms" by Howard Hinnant, which counts
    400-year cycles, years and days from 0000-03-01. The parts are those of `training.values.DATE_PARTS`.
    """

    def __init__(self, nodes: Nodes, moments: str) -> None:
        self.nodes = nodes
        self.moments = moments
        self.missing = nodes.add("Equal", moments, self._whole(MISSING_DATE))
        # The sign of Mod is that of the divisor, while Div rounds towards zero: this way both round down.
        self.time = nodes.add("Mod", moments, self._whole(DAY))
        self.days = self._divide(nodes.add("Sub", moments, self.time), DAY)

    def parts(self) -> dict[str, str]:
        """The name of the tensor of each part."""
        year, month, day = self._civil()
        whole = {
            "year": year,
            "month": month,
            "day": day,
            "weekday": self._calculate("Mod", self._plus(self.days, 3), 7),  # 1970-01-01 was a Thursday
            "hour": self._divide(self.time, HOUR),
        }
        parts = {name: self.nodes.cast(value) for name, value in whole.items()}
        moments = self.nodes.cast(self.moments)
        parts["days since 1970"] = self.nodes.add("Div", moments, self.nodes.constant(float(DAY)))
        nothing = self.nodes.constant(float("nan"))
        return {name: self.nodes.add("Where", self.missing, nothing, value) for name, value in parts.items()}

    def _civil(self) -> tuple[str, str, str]:
        """Year, month and day of the month, int64."""
        since = self._plus(self.days, MARCH + BACK * CYCLE_DAYS)
        cycle = self._divide(since, CYCLE_DAYS)
        day = self._minus(since, self._times(cycle, CYCLE_DAYS))  # of the cycle, from 0
        leaps = self._minus(self._plus_tensor(self._divide(day, 36_524), day), self._divide(day, 1_460))
        year = self._divide(self._minus(leaps, self._divide(day, 146_096)), 365)  # of the cycle, from 0
        begun = self._plus_tensor(self._times(year, 365), self._divide(year, 4))
        day = self._minus(day, self._minus(begun, self._divide(year, 100)))  # of the year, from 0
        month = self._divide(self._plus(self._times(day, 5), 2), 153)  # from March, 0
        before = self._divide(self._plus(self._times(month, 153), 2), 5)  # days of the months before
        late = self.nodes.add("GreaterOrEqual", month, self._whole(10))  # January and February
        shown = self._plus(month, 3)
        shown = self.nodes.add("Where", late, self._plus(shown, -12), shown)
        years = self._plus_tensor(self._plus(self._times(cycle, CYCLE), -CYCLE * BACK), year)
        years = self._plus_tensor(years, self.nodes.cast(late, TensorProto.INT64))
        return years, shown, self._plus(self._minus(day, before), 1)

    def _whole(self, value: int) -> str:
        return self.nodes.constant(value, "int64")

    def _calculate(self, operator: str, value: str, other: int) -> str:
        return self.nodes.add(operator, value, self._whole(other))

    def _plus(self, value: str, other: int) -> str:
        return self._calculate("Add", value, other)

    def _times(self, value: str, other: int) -> str:
        return self._calculate("Mul", value, other)

    def _divide(self, value: str, other: int) -> str:
        return self._calculate("Div", value, other)

    def _plus_tensor(self, value: str, other: str) -> str:
        return self.nodes.add("Add", value, other)

    def _minus(self, value: str, other: str) -> str:
        return self.nodes.add("Sub", value, other)
