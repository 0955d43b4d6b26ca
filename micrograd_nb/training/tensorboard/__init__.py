"""TensorBoard: `SummaryWriter` writes what a training does into event files, which TensorBoard shows in a browser.

    with SummaryWriter("runs/first") as writer:
        fit(..., on_step=lambda step: writer.add_scalar("loss", step.loss.item(), step.step))

    tensorboard --logdir runs           and open the address that it prints; or, in a notebook:
    plot_scalars("runs")

The files are written by the `tensorboard` package, with its own messages: they are what PyTorch's SummaryWriter writes.
Each module here makes the messages of one of TensorBoard's pages.
"""

from .plot_scalars import plot_scalars
from .writer import SummaryWriter

__all__ = ["SummaryWriter", "plot_scalars"]
