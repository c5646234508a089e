"""What a column's name gives away: that it may describe a protected trait, or that it names someone.

These are hints by words, not findings: a name can mislead both ways.
"""

from __future__ import annotations

import re

from backends.datasets.classes import MAX_CLASSES
from backends.datasets.schema import Schema

SENSITIVE = re.compile(
    r"(?:^|[\W_])(sex|gender|race|racial|ethnic\w*|age|birth\w*|dob|religio\w*|nationality|native\w*|foreign\w*|"
    r"marital\w*|married|pregnan\w*|disab\w*|orientation|politic\w*|immigra\w*|citizen\w*|personal_status\w*|"
    r"caste|veteran\w*|post_?codes?|zip|zip_?codes?|postal\w*|plz)(?:$|[\W_])",
    re.IGNORECASE,
)
GROUP_NAME = re.compile(
    r"[a-z](Id|ID|UUID)$"  # customerId: only the capitals tell it from "acid" and "paid"
    r"|(?i:(^|[\s_.-])(id|uuid|guid|key)$)"
    r"|(?i:^(customer|patient|user|subject|session|account|household|person|device|client|member|student|employee)"
    r"([\s_.-]?(id|no|nr|number|code|key))?$)"
)

TARGET_WORDS = (
    "target", "class", "label", "outcome", "y", "churn", "default", "fraud", "survived", "species",
    "diagnosis", "response", "approved", "risk", "exited", "attrition", "status", "result", "quality",
    "churned", "defaulted",
)  # fmt: skip


def named_like_target(name: str) -> bool:
    """Whether a column's name says that it is what a model should predict.

    >>> named_like_target("Churn"), named_like_target("credit_risk"), named_like_target("classic")
    (True, True, False)
    """
    words = name.lower().replace("-", "_").replace(" ", "_").split("_")
    return name.lower() in TARGET_WORDS or any(word in TARGET_WORDS for word in words)


def telling_target(schema: Schema) -> str | None:
    """The column that is named like a target and could be classes; of several the last column, else the first.

    None when no column is, or when several are and none of them stands at an end of the table.

    >>> from backends.datasets.schema import Column
    >>> telling_target(Schema((Column("status", "category", distinct=4), Column("credit_risk", "boolean", distinct=2))))
    'credit_risk'
    """
    named = [
        column.name
        for column in schema
        if named_like_target(column.name) and 2 <= column.distinct <= MAX_CLASSES and column.kind != "text"
    ]
    if len(named) == 1:
        return named[0]
    return next((name for name in (schema.names[-1:] + schema.names[:1]) if name in named), None)


THING_AGE = re.compile(
    r"(?i)(?:^|[\W_])(?:hous\w*|building|home|property|car|vehicle|account|device|machine|equipment|contract|tree|file)"
    r"(?:$|[\W_])(?:.*[\W_])?age$"
)  # the age of a thing is no trait of a person


def spaced(name: str) -> str:
    """A name with its words apart where only a capital separates them.

    >>> spaced("AgeGroup"), spaced("native-country")
    ('Age_Group', 'native-country')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def looks_sensitive(name: str) -> bool:
    """Whether a column's name hints at a protected trait, or at where people live, which often stands for one.

    >>> looks_sensitive("native-country"), looks_sensitive("Age"), looks_sensitive("wage")
    (True, True, False)
    >>> looks_sensitive("ZipCode"), looks_sensitive("unzip"), looks_sensitive("housing_median_age")
    (True, False, False)
    """
    words = spaced(name)
    return bool(SENSITIVE.search(words)) and not THING_AGE.search(words)


def names_a_group(name: str) -> bool:
    """Whether a column's name says that its values name a person or a thing, of which there may be several rows.

    >>> names_a_group("customer_id"), names_a_group("Patient"), names_a_group("paid")
    (True, True, False)
    """
    return bool(GROUP_NAME.search(name))
