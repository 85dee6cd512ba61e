# Many answers side by side: metrics, envy, strategies. Written by `make stubs`.

from mmatch.comparison.comparison import Comparison as Comparison
from mmatch.comparison.comparison import Price as Price
from mmatch.comparison.comparison import Run as Run
from mmatch.comparison.comparison import compare as compare
from mmatch.comparison.measures import Metrics as Metrics
from mmatch.comparison.measures import Segment as Segment
from mmatch.comparison.measures import metrics as metrics
from mmatch.comparison.strategies import Strategy as Strategy
