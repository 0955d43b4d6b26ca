"""The training loop, steppable or in one call, and what measures a model. Floor 3: on `nn`, `optim` and `data`."""

from . import metrics
from .early_stop import EarlyStop
from .evaluate import Evaluation, evaluate, evaluating
from .fit import StopTraining, Training, fit
from .grid import make_grid, save_image
from .history import History
from .learning_rate import LearningRates, find_learning_rate
from .loop import TrainStep, train_steps
from .metrics import accuracy
from .overfit import Overfit, overfit_one_batch
from .plots import Plot
from .resumable_loader import ResumableLoader
from .tensorboard import SummaryWriter, plot_scalars

__all__ = [
    "train_steps",
    "TrainStep",
    "fit",
    "Training",
    "ResumableLoader",
    "EarlyStop",
    "StopTraining",
    "History",
    "accuracy",
    "evaluate",
    "Evaluation",
    "evaluating",
    "metrics",
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
