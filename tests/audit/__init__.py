"""What is known against the dependencies, and what in the files looks like a secret: ``make audit``."""
