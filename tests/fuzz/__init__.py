"""Wild input by the thousand: `python -m tests.fuzz`.

A case is a number: from the seed, the name of its target and that number everything else follows, so that whatever is
found can be repeated alone. Cases are answered in child processes of bounded memory that the system ends when an
answer takes too long. An answer is a result, whose soundness is checked, or a WorkbenchError with a way out; anything
else is a finding.
"""
