"""Solutions of lesson 1."""

missing = {"A": "data", "B": "gradients", "C": "nothing", "D": "tools", "E": "training"}


def sigmoid_backward(d_hidden, hidden):
    return d_hidden * hidden * (1 - hidden)
