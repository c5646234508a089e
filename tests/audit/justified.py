"""Findings of the secret scan that are none: the file, the start of the finding's SHA-1, and why."""

from __future__ import annotations

EXAMPLE = "an invented identity number, in the examples of what the pattern is for"
MADE_UP = "a password of the test's own, for a server or a file that it makes up"

JUSTIFIED = (
    ("backends/profiling/alerts/patterns.py", "211b8b86c4", EXAMPLE),
    ("backends/registry/connection.py", "e5e9fa1ba3", "the doctest of what hides passwords in addresses"),
    ("backends/retrieval/embedding/source.py", "76cb94008a", "the published SHA-256 of the embedding model's weights"),
    ("backends/serving/front/policy.py", "bbfd16dac1", "the doctest's digest of a script that greets"),
    ("tests/backends/profiling/alerts/test_patterns.py", "8ee890f6d2", EXAMPLE),
    ("tests/backends/profiling/alerts/test_patterns.py", "4cee5e37c7", EXAMPLE),
    ("tests/backends/profiling/alerts/test_patterns.py", "84b9984f77", EXAMPLE),
    ("tests/backends/profiling/alerts/test_patterns.py", "211b8b86c4", EXAMPLE),
    ("tests/backends/query/test_locked.py", "bf86c369f9", "the text that a locked database must not give away"),
    ("tests/backends/retrieval/answering/test_llm.py", "f3bbbd66a6", MADE_UP),
    ("tests/backends/retrieval/documents/test_docx.py", "58c71771b1", MADE_UP),
    ("tests/backends/retrieval/documents/test_pdf.py", "58c71771b1", MADE_UP),
    ("tests/backends/retrieval/embedding/test_kept.py", "f113b1ba9c", "a folder's name, the digits in falling order"),
    ("tests/backends/retrieval/index/test_milvus_engine.py", "99d72c7fc3", MADE_UP),
    ("tests/backends/retrieval/test_folders.py", "fa8da98a5b", "a folder's name, the digits in rising order"),
    ("tests/backends/retrieval/test_job.py", "5bcaff7f22", MADE_UP),
    ("tests/backends/serving/api/test_doors.py", "c5102efb3d", "API keys of the test's own server"),
    ("tests/browser/provider.py", "ecb78206bf", MADE_UP),
    ("tests/browser/test_isolation.py", "c0cee403fe", "the word that one visitor must not see of another"),
    ("tests/browser/test_sign_in.py", "fbd10cb7b0", MADE_UP),
    ("tests/hostile/test_instructions.py", "c253998940", MADE_UP),
)
