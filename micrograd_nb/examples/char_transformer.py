"""A transformer learns to write like Shakespeare, letter by letter, from one play.

It sees a window of 64 letters at once, and says at each place what comes next. A mask hides what is to be said.

python -m micrograd_nb.examples.char_transformer
"""

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader
from micrograd_nb.data.datasets import Shakespeare
from micrograd_nb.examples.writing import held_out_windows, random_windows, write
from micrograd_nb.training import History, fit

LETTERS, LENGTH, SIZE = len(Shakespeare().vocabulary), 64, 64
EPOCHS, STEPS = 5, 200  # steps of an epoch


class CharTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.letters = nn.Embedding(LETTERS, SIZE)
        self.places = nn.Embedding(LENGTH, SIZE)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(SIZE, 4, 4 * SIZE, dropout=0.0, batch_first=True, norm_first=True)
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(SIZE)
        self.output = nn.Linear(SIZE, LETTERS)
        for embedding in (self.letters, self.places):
            nn.init.normal_(embedding.weight, std=0.1)

    def forward(self, codes: mg.Tensor) -> mg.Tensor:
        """Codes (n, length) to the logits of what comes next, (n, length, letters)."""
        length = codes.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        x = self.letters(codes) + self.places(mg.arange(length))
        for block in self.blocks:
            x = block(x, src_mask=mask, is_causal=True)
        return self.output(self.norm(x))


def make_model() -> nn.Module:
    return CharTransformer()


def make_optimizer(model: nn.Module) -> optim.Optimizer:
    return optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.1)


def make_scheduler(optimizer: optim.Optimizer) -> optim.lr_scheduler.OneCycleLR:
    return optim.lr_scheduler.OneCycleLR(optimizer, max_lr=5e-3, total_steps=EPOCHS * STEPS)


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
