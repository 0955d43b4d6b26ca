"""The teacher's kit: the lessons as a course for nbgrader, which hands them out, collects and grades them.

    python -m micrograd_nb.teaching build course          writes a course folder

Exercises and solutions have one source: the stub is in the lesson, the checker in `micrograd_nb.exercises`, the
solution in `micrograd_nb.teaching.solutions`; the course is made of the three. How to use it: `lessons/TEACHING.md`.
"""

from .course import build, source_notebook
from .questions import Question, questions, read

__all__ = ["build", "source_notebook", "Question", "questions", "read"]
