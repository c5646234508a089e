from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control

from backends.profiling.discovery import benjamini_hochberg


def test_q_values_are_those_of_scipy():
    p = np.random.default_rng(0).beta(0.5, 2, 200)
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p))


def test_what_was_not_tested_stays_open_and_does_not_count():
    assert benjamini_hochberg([np.nan, 0.02, np.nan, 0.5]).round(3).tolist()[1::2] == [0.04, 0.5]
    assert np.isnan(benjamini_hochberg([np.nan, np.nan])).all()
    assert benjamini_hochberg([]).shape == (0,)
