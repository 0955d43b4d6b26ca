"""The tests of the engine: every operation and its gradients, the graph, the backward pass."""
