"""What the two models of characters share: batches of the play that they learn, and a way to let them write."""

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.data import DataLoader, RandomSampler
from micrograd_nb.data.datasets import CharText, Shakespeare
from micrograd_nb.training import evaluating


def random_windows(length: int, count: int) -> DataLoader:
    """Batches of 32 windows of the play, `count` batches an epoch."""
    play = Shakespeare(length=length)
    return DataLoader(play, batch_size=32, sampler=RandomSampler(play, num_samples=32 * count))


def held_out_windows(length: int) -> DataLoader:
    """The end of the play, which no model sees while it learns, window by window."""
    end = Shakespeare(train=False, length=length)
    return DataLoader(end, batch_size=32, sampler=range(0, len(end), length))


def write(model: nn.Module, text: CharText, start: str, n: int, temperature: float = 0.7) -> str:
    """Goes on with a text by n characters: each is drawn as likely as the model finds it, and then read like the rest.

    Arguments:
        text: has the vocabulary, and the length of what the model sees.
        temperature: below 1, likely characters become likelier; towards 0, the likeliest is taken each time.
    """
    codes = text.encode(start).tolist()
    with evaluating(model):
        for _ in range(n):
            logits = model(mg.tensor([codes[-text.length :]]))[0, -1]
            codes.append(int(mg.multinomial((logits / temperature).softmax(0), 1)))
    return text.decode(codes)
