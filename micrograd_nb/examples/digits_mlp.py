"""A perceptron reads handwritten digits: about 98 % of those that it has never seen, after a second of training.

python -m micrograd_nb.examples.digits_mlp
"""

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader
from micrograd_nb.data.datasets import Digits
from micrograd_nb.training import History, fit

EPOCHS, STEPS = 30, 45  # steps of an epoch: 1437 digits in batches of 32
loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)


def make_model() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 10),
    )


def make_optimizer(model: nn.Module) -> optim.Optimizer:
    return optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)


def make_scheduler(optimizer: optim.Optimizer) -> optim.lr_scheduler.OneCycleLR:
    return optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=EPOCHS * STEPS)


def make_batches() -> DataLoader:
    return DataLoader(Digits(), batch_size=32, shuffle=True)


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
