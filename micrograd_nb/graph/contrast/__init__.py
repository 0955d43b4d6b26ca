"""One function, two inputs: as a dynamic graph it takes the way that each asks for, as a static one the first again.

contrast(function, first, second)    both runs line by line, the captured graph, and what it makes of the second
steps_of(contrast)                   the same as a story, one step after another
"""

from .record import Contrast, Outcome, contrast
from .runs import Moment, Run, SourceLine
from .story import StoryStep, steps_of

__all__ = ["Contrast", "Moment", "Outcome", "Run", "SourceLine", "StoryStep", "contrast", "steps_of"]
