# Aims: what is wanted, in order. One aim, one file; ``aims.TopicFit`` is found in ``topic_fit.py``. Written by `make stubs`.

from mmatch.aims._base import Aim as Aim
from mmatch.aims._base import PairAim as PairAim
from mmatch.aims.cohesion import Cohesion as Cohesion
from mmatch.aims.coverage import Coverage as Coverage
from mmatch.aims.diversity import Diversity as Diversity
from mmatch.aims.equal_sides import EqualSides as EqualSides
from mmatch.aims.even_load import EvenLoad as EvenLoad
from mmatch.aims.fit import Fit as Fit
from mmatch.aims.fit_parity import FitParity as FitParity
from mmatch.aims.keep import Keep as Keep
from mmatch.aims.level_steps import LevelSteps as LevelSteps
from mmatch.aims.leximin import Leximin as Leximin
from mmatch.aims.nash import Nash as Nash
from mmatch.aims.new_connections import NewConnections as NewConnections
from mmatch.aims.new_mentors import NewMentors as NewMentors
from mmatch.aims.parity import Parity as Parity
from mmatch.aims.preference import Preference as Preference
from mmatch.aims.priority import Priority as Priority
from mmatch.aims.priority_classes import PriorityClasses as PriorityClasses
from mmatch.aims.rank_profile import RankProfile as RankProfile
from mmatch.aims.relative_fit import RelativeFit as RelativeFit
from mmatch.aims.score import Score as Score
from mmatch.aims.shares import Shares as Shares
from mmatch.aims.size_near import SizeNear as SizeNear
from mmatch.aims.topic_fit import TopicFit as TopicFit
from mmatch.aims.worst_off import WorstOff as WorstOff
