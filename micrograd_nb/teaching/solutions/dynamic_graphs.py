"""Solutions of lesson 2.1.1."""


def power(x, n):
    if n == 1:
        return x
    half = power(x, n // 2)  # kept in a variable: one part of the graph, used twice
    return half * half if n % 2 == 0 else half * half * x


def branchless(x):
    return x.relu() ** 2 + (-x).relu()  # one of the two is always 0
