"""Rules about missing and constant values, and about numbers."""

from __future__ import annotations

import numpy as np

from tests.backends.profiling.alerts.case import NUMBER, Case, Raises, cat, drop, missing, num, treat, whole
from tests.backends.profiling.alerts.tables import normal, shuffled

CASES: dict[str, Case] = {
    "all_missing": Case(
        (
            Raises(
                {"x": num([None] * 3), "y": num([1, 2, 3])}, ("x",), ("'x' has no value in any of 3 rows",), drop("x")
            ),
        ),
        ({"x": num([None, None, 1.0])}, {"x": num([])}),
    ),
    "constant": Case(
        (
            Raises({"x": num([2.0] * 3), "y": num([1, 2, 3])}, ("x",), ("'x' is '2' in all 3 rows",), drop("x")),
            Raises(
                {"x": cat(["a", "a", None]), "y": num([1, 2, 3])},
                ("x",),
                ("'x' is 'a' in 2 of 3 rows, missing in the other 1",),
                drop("x"),
            ),
        ),
        ({"x": num([1.0, 1.0, 1.5])}, {"x": num([1.0])}, {"x": cat(["a", None])}),
    ),
    "near_constant": Case(
        (
            Raises(
                {"x": whole([0] * 198 + [1, 2]), "y": NUMBER},
                ("x",),
                ("'x' is '0' in 198 of 200 values (99.0 %); 2 are something else",),
                drop("x"),
            ),
        ),
        ({"x": whole([0] * 197 + [1, 2, 3])}, {"x": whole([0] * 98 + [1])}),
    ),
    "many_missing": Case(
        (
            Raises(
                {"x": num([None] * 4 + [1.0, 2, 3, 4, 5, 6]), "y": num(normal(10))},
                ("x",),
                ("'x' has no value in 4 of 10 rows (40.0 %)",),
                drop("x"),
            ),
        ),
        ({"x": num([None] * 3 + [1.0, 2, 3, 4, 5, 6, 7])},),
    ),
    "infinite": Case(
        (
            Raises(
                {"x": num([1.0, np.inf, -np.inf, 2.0]), "y": num([1, 2, 3, 4.0])},
                ("x",),
                ("2 of 4 values of 'x' are infinite",),
                missing("x", np.inf, -np.inf),
            ),
        ),
        ({"x": num([1e308, -1e308, None])},),
    ),
    "placeholder_numbers": Case(
        (
            Raises(
                {"days": whole([-1] * 3 + [3 + i % 50 for i in range(197)]), "x": NUMBER},
                ("days",),
                ("'days' holds -1 3 times (the next value is 3) in 200 values",),
                missing("days", -1),
            ),
            Raises(
                {"temp": num([999.0, 999.0, *(20 + normal(198))]), "x": NUMBER},
                ("temp",),
                ("'temp' holds 999 2 times",),
                missing("temp", 999),
            ),
        ),
        (
            {"age": whole([20 + i % 80 for i in range(200)])},  # 99 is an age like others
            {"mood": whole([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9] * 18)},
            {"temp": num([999.0, *(20 + normal(199))])},
        ),
    ),
    "far_values": Case(
        (
            Raises(
                {"age": whole([990, *(20 + i % 60 for i in range(199))]), "x": NUMBER},
                ("age",),
                ("1 of 200 values of 'age' lies far outside (990)",),
                missing("age", 990),
            ),
        ),
        ({"age": whole([110, *(20 + i % 60 for i in range(199))])}, {"income": num(np.exp(normal(200)))}),
    ),
    "zeros": Case(
        (
            Raises(
                {"gain": whole([0] * 110 + list(range(1, 91))), "x": NUMBER},
                ("gain",),
                ("110 of 200 values of 'gain' are 0 (55.0 %)",),
                missing("gain", 0),
            ),
        ),
        ({"gain": whole([0] * 99 + list(range(1, 102)))}, {"flag": whole([0] * 150 + [1] * 50)}),
    ),
    "skewed": Case(
        (Raises({"x": num(np.exp(2 * normal(200)))}, ("x",), ("'x' has a long tail to the right: skewness",)),),
        ({"x": NUMBER}, {"x": num(np.exp(2 * normal(90)))}),
    ),
    "outliers": Case(
        (
            Raises(
                {"x": num([*normal(188), *[-4.0, 4.0] * 6])}, ("x",), ("12 of 200 values of 'x' (6.0 %) lie outside",)
            ),
        ),
        ({"x": num([*normal(192), *[-4.0, 4.0] * 4])},),
    ),
    "integer_codes": Case(
        (
            Raises(
                {"Pclass": whole(shuffled([1, 2, 3, 3] * 50)), "x": NUMBER},
                ("Pclass",),
                ("3 whole numbers (1, 2, 3) in 200 rows, and is named like a code",),
                treat("Pclass", "category"),
            ),
            Raises(
                {"d": whole(shuffled([101, 205, 310, 444] * 50)), "x": NUMBER},
                ("d",),
                ("far apart without a common step",),
                treat("d", "category"),
            ),
        ),
        ({"children": whole(shuffled([0, 1, 2, 3] * 50))}, {"price": whole(shuffled([100, 250, 500, 900] * 50))}),
    ),
}
