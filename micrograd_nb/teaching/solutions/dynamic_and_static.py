"""Solutions of lesson 3."""

import micrograd_nb as mg

traces = {"A": 1, "B": 5, "C": 1, "D": 2}


def traceable(errors):
    return mg.where(errors.abs() <= 1, 0.5 * errors**2, errors.abs() - 0.5)
