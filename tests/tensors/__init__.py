"""The tests of the tensors: making, printing, indexing, dtypes, and what an error says."""
