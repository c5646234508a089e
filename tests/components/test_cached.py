from __future__ import annotations

from components.cached import Remembered


def test_each_visitor_has_their_own_work() -> None:
    kept = Remembered[str](size=2)
    kept.put("ada", "engine")
    kept.put("alan", "machine")
    assert kept.get("ada") == "engine"
    assert kept.get("eve") is None


def test_the_visitor_who_was_away_longest_is_forgotten() -> None:
    kept = Remembered[int](size=2)
    for number, name in enumerate(["ada", "alan"]):
        kept.put(name, number)
    kept.get("ada")
    kept.put("grace", 2)
    assert [kept.get(name) for name in ("ada", "alan", "grace")] == [0, None, 2]
