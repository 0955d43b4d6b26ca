"""Solutions of lesson 4."""


def to_pytorch(line):
    line = line.replace("micrograd_nb.data.transforms", "torchvision.transforms")  # the longest name first
    return line.replace("micrograd_nb.data", "torch.utils.data").replace("micrograd_nb", "torch")


def differences(a, b, tolerance):
    def differ(x, y):
        if x is None or y is None or x.shape != y.shape:
            return True
        return not ((x - y).abs() <= tolerance).all()  # NaN is not below the tolerance

    return sorted(name for name in {*a, *b} if differ(a.get(name), b.get(name)))
