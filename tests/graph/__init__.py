"""The tests of graphs, of their pictures, and of the trace of a backward pass."""
