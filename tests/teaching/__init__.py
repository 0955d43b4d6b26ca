"""The tests of the teacher's kit."""
