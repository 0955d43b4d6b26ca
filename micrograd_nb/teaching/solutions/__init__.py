"""The solutions of the lessons' exercises: one module a lesson, named as the module of its checkers.

Each solution defines the name that the lesson's stub defines. The course folder and the tests of the checkers take them
from here, and from nowhere else. No lesson and no checker imports this package, so that nobody sees a solution who did
not look for it.
"""
