"""The Fairness page's parts: who is compared, what was found, and what could be decided otherwise."""
