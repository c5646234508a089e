"""Suites of what strangers send: damaged files, bombs, hostile names and metadata, formulas, instructions, abuse."""
