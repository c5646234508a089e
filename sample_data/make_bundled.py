"""Write the three data sets that come with scikit-learn as CSV: python -m sample_data.make_bundled.

The values are scikit-learn's, unchanged and in its order. Only the names are made readable: spaces and slashes
in column names become underscores, and classes are written by name instead of by number.
"""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.utils import Bunch

from sample_data.writing import Tables, write

# UCI numbers the cultivars 1 to 3; Forina et al. (1986), who measured the wines, name them (59, 71 and 48 bottles).
CULTIVARS = ("Barolo", "Grignolino", "Barbera")


def breast_cancer() -> pd.DataFrame:
    """569 tumours: 30 measurements of cell nuclei and the `diagnosis` (malignant or benign)."""
    data = load_breast_cancer()
    return _table(data, "diagnosis", tuple(data.target_names))


def wine() -> pd.DataFrame:
    """178 wines: 13 chemical measurements and the `cultivar` (Barolo, Grignolino or Barbera)."""
    return _table(load_wine(), "cultivar", CULTIVARS)


def digits() -> pd.DataFrame:
    """1,797 handwritten digits: 8 × 8 ink counts from 0 to 16, row by row, and the `digit` (0 to 9)."""
    data = load_digits()
    return _table(data, "digit", tuple(data.target_names)).astype("int64")


def _table(data: Bunch, target: str, class_names: tuple[object, ...]) -> pd.DataFrame:
    names = [name.replace(" ", "_").replace("/", "_") for name in data.feature_names]
    classes = [class_names[number] for number in data.target]
    return pd.DataFrame(data.data, columns=names).assign(**{target: classes})


TABLES: Tables = {"breast_cancer.csv": breast_cancer, "wine.csv": wine, "digits.csv": digits}

if __name__ == "__main__":
    write(TABLES)
