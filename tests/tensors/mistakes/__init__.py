"""Tables of mistakes: calls that must fail, and what the errors have to say. See `test_errors`."""
