"""Solutions of lesson 2.2.1."""

import micrograd_nb as mg
from micrograd_nb.data import Dataset


class Windows(Dataset):
    def __init__(self, series, size):
        self.series = series
        self.size = size

    def __len__(self):
        return len(self.series) - self.size  # the last window leaves one number to predict

    def __getitem__(self, index):
        if index >= len(self):
            raise IndexError(index)
        return self.series[index : index + self.size], self.series[index + self.size]


def pad(samples):
    lengths = [len(sample) for sample in samples]
    rows = mg.zeros(len(samples), max(lengths))
    for row, sample in zip(rows, samples, strict=True):
        row[: len(sample)] = sample
    return rows, mg.tensor(lengths)
