# Solvers: one file each. A solver sees an Instance and gives an Answer; nobody believes it before the judge. Written by `make stubs`.

from mmatch.progress import Progress as Progress
from mmatch.solvers.boston import Boston as Boston
from mmatch.solvers.cpsat import CpSat as CpSat
from mmatch.solvers.flow import Flow as Flow
from mmatch.solvers.greedy import Greedy as Greedy
from mmatch.solvers.milp import Milp as Milp
from mmatch.solvers.serial_dictatorship import SerialDictatorship as SerialDictatorship
from mmatch.solvers.stable import Stable as Stable
from mmatch.solvers.top_trading_cycles import TopTradingCycles as TopTradingCycles
