"""Benchmarks: they report, and are never timed tests. See README.md in this folder."""
