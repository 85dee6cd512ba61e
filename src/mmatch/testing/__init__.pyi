# What a rule, an aim or a solver of your own is tested with: the contract that mmatch's own parts are held to. Written by `make stubs`.

from mmatch.testing.checks import check_aim as check_aim
from mmatch.testing.checks import check_rule as check_rule
from mmatch.testing.checks import check_solver as check_solver
from mmatch.testing.oracle import all_matchings as all_matchings
from mmatch.testing.oracle import best as best
