"""`summary`: a table of a model's modules, with what each gives, has learned, computes and keeps."""

from .report import Row, Summary
from .run import summary

__all__ = ["summary", "Summary", "Row"]
