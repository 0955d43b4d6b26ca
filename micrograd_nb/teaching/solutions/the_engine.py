"""Solutions of lesson 2.1.2, The engine."""

from collections import Counter


def order(root):
    done, seen, stack = [], {root}, [(root, iter(root.targets))]
    while stack:
        node, targets = stack[-1]
        target = next(targets, None)
        if target is None:  # all that it leads to is done, so it may follow
            done.append(node)
            stack.pop()
        elif target not in seen:
            seen.add(target)
            stack.append((target, iter(target.targets)))
    return done[::-1]


def paths(root, leaf):
    counts = Counter({root: 1})
    for node in order(root):  # when its turn comes, all paths to a node have been counted
        for target in node.targets:
            counts[target] += counts[node]
    return counts[leaf]
