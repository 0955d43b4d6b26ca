"""An LSTM learns to write like Shakespeare, letter by letter, from one play.

It reads a window of 64 letters, and says after each one what comes next. What it has read is in its state alone.

python -m micrograd_nb.examples.char_lstm
"""

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader
from micrograd_nb.data.datasets import Shakespeare
from micrograd_nb.examples.writing import held_out_windows, random_windows, write
from micrograd_nb.training import History, fit

LETTERS, LENGTH = len(Shakespeare().vocabulary), 64
EPOCHS, STEPS = 5, 200  # steps of an epoch


class CharLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(LETTERS, 32)
        self.lstm = nn.LSTM(32, 128, batch_first=True)
        self.output = nn.Linear(128, LETTERS)

    def forward(self, codes: mg.Tensor) -> mg.Tensor:
        """Codes (n, length) to the logits of what comes next, (n, length, letters)."""
        states, _ = self.lstm(self.embedding(codes))
        return self.output(states)


def make_model() -> nn.Module:
    return CharLSTM()


def make_optimizer(model: nn.Module) -> optim.Optimizer:
    return optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.1)


def make_scheduler(optimizer: optim.Optimizer) -> optim.lr_scheduler.OneCycleLR:
    return optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=EPOCHS * STEPS)


def loss_fn(logits: mg.Tensor, target: mg.Tensor) -> mg.Tensor:
    return nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten())


def make_batches() -> DataLoader:
    return random_windows(LENGTH, STEPS)


def main() -> tuple[History, str]:
    mg.manual_seed(0)
    model = make_model()
    optimizer = make_optimizer(model)
    history = fit(
        model,
        make_batches(),
        loss_fn,
        optimizer,
        epochs=EPOCHS,
        scheduler=make_scheduler(optimizer),
        scheduler_every="step",
        validation=held_out_windows(LENGTH),
    )
    written = write(model, Shakespeare(length=LENGTH), "HERMIA\n", 400)
    print(f"\nWhat it writes:\n\n{written}")
    return history, written


if __name__ == "__main__":
    main()
