"""Training a model, and finding out how it goes. Floor 3: on `nn`, `optim` and `data`.

for step in train_steps(model, loader, loss_fn, optimizer, epochs=5): ...   the loop, part by part
history = fit(model, loader, loss_fn, optimizer, epochs=5)                  the same in one call
Training(model, loader, loss_fn, optimizer).fit(5)                          one that can be saved and gone on with

Session(model, loader, loss_fn, optimizer)                                  one to look into, and to start again

evaluate, metrics                           how good it is
overfit_one_batch, find_learning_rate       before you train: does it work at all, and how fast may it go?
summary                                     a table of the layers, and what each costs
save, load, to_torch, from_torch            checkpoints
gradient_report                             how the gradients flow, and where a NaN began
descent                                     where optimizers go on a function of two numbers
profiler                                    where the time goes
SummaryWriter, plot_scalars, make_grid      for TensorBoard, and for a notebook without it
"""

from . import descent, metrics, profiler
from .checkpoint import CheckpointError, from_torch, load, save, to_torch
from .early_stop import EarlyStop
from .evaluate import Evaluation, evaluate, evaluating
from .fit import StopTraining, Training, fit
from .gradients import GradientReport, gradient_report
from .grid import make_grid, save_image
from .history import History
from .learning_rate import LearningRates, find_learning_rate
from .loop import TrainStep, train_steps
from .metrics import accuracy
from .model_summary import Summary, summary
from .overfit import Overfit, overfit_one_batch
from .plots import Plot
from .resumable_loader import ResumableLoader
from .session import Session
from .tensorboard import SummaryWriter, plot_scalars

__all__ = [
    "train_steps",
    "TrainStep",
    "fit",
    "Training",
    "Session",
    "ResumableLoader",
    "EarlyStop",
    "StopTraining",
    "History",
    "accuracy",
    "evaluate",
    "Evaluation",
    "evaluating",
    "gradient_report",
    "GradientReport",
    "summary",
    "Summary",
    "save",
    "load",
    "CheckpointError",
    "to_torch",
    "from_torch",
    "metrics",
    "profiler",
    "descent",
    "overfit_one_batch",
    "Overfit",
    "find_learning_rate",
    "LearningRates",
    "SummaryWriter",
    "plot_scalars",
    "Plot",
    "make_grid",
    "save_image",
]
