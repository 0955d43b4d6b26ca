"""The tests of the widgets without a browser: what they hold, and what a reader without a kernel sees."""
