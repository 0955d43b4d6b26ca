"""A convolutional network reads handwritten digits: more than 99 % of those that it has never seen.

Each time a digit is shown, it is turned, moved and scaled a little, so that no image ever comes twice.

Everything in the model is smooth. A ReLU or a max-pool jumps from one slope to another where rounding decides, and then
two libraries part after some steps, by a thousandth of the loss. Here they stay together, to the last digits.

python -m micrograd_nb.examples.digits_cnn
"""

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader, Dataset, transforms
from micrograd_nb.data.datasets import Digits
from micrograd_nb.training import History, fit

EPOCHS, STEPS = 20, 45  # steps of an epoch: 1437 digits in batches of 32
loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)


def block(n_in: int, n_out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.SiLU())


def make_model() -> nn.Module:
    return nn.Sequential(
        block(1, 16),
        block(16, 32),
        nn.AvgPool2d(2),
        block(32, 64),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 2 * 2, 10),
    )


def make_optimizer(model: nn.Module) -> optim.Optimizer:
    return optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.05)


def make_scheduler(optimizer: optim.Optimizer) -> optim.lr_scheduler.OneCycleLR:
    return optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-2, total_steps=EPOCHS * STEPS)


class MovedDigits(Dataset[tuple[mg.Tensor, int]]):
    """The digits to train with, each a little different each time."""

    def __init__(self) -> None:
        self.digits = Digits()
        self.move = transforms.RandomAffine(
            degrees=10,
            translate=(0.1, 0.1),
            scale=(0.9, 1.1),
            interpolation=transforms.InterpolationMode.BILINEAR,
        )

    def __getitem__(self, index: int) -> tuple[mg.Tensor, int]:
        image, label = self.digits[index]
        return self.move(image), label

    def __len__(self) -> int:
        return len(self.digits)


def make_batches() -> DataLoader:
    return DataLoader(MovedDigits(), batch_size=32, shuffle=True)


def main() -> History:
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
        validation=DataLoader(Digits(train=False), batch_size=360),
    )
    print(f"It reads {history.validation_accuracy[-1]:.1%} of 360 digits that it has never seen.")
    return history


if __name__ == "__main__":
    main()
