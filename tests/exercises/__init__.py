"""Every checker against the empty stub, planted common mistakes, and a right answer."""
