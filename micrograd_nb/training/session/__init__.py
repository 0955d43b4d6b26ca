"""A training to look into while it runs: step by step, with what a dashboard draws, and back to the start.

session = Session(model, loader, loss_fn, optimizer, validation=held_out)
session.run(100)
session.learning_rate = 0.01        from the next step on; the change is marked
session.losses                      what was lost, in a bounded number of points
session.spreads                     histograms of parameters, gradients and updates at the last step looked at
session.boundary()                  what a classifier of points in the plane says, everywhere
session.reset()                     the weights, the momentum, the order of the batches: all as at first
"""

from .boundary import Boundary, Points
from .session import RateChange, Session
from .spread import Spread, Spreads
from .track import Point, Track

__all__ = ["Session", "Track", "Point", "Spread", "Spreads", "Boundary", "Points", "RateChange"]
