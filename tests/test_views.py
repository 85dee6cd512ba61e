"""Every pair rule and pair aim gives the same answer on a list of pairs and on a block (requests x all offers)."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from mmatch.aims._base import PairAim
from mmatch.candidates import Pairs, facts_of
from mmatch.rules._base import Rule
from strategies import aims_for, cohorts, rules_for


@given(cohort=cohorts(ranked=True))
def test_a_list_and_a_block_agree(cohort):
    n, m = len(cohort.requests.owner), len(cohort.offers.owner)
    facts = facts_of(cohort)
    block = Pairs(facts, np.arange(n)[:, None], np.arange(m)[None, :])
    rows, columns = np.divmod(np.arange(n * m), max(m, 1))
    listed = Pairs(facts, rows, columns)
    assert block.shape == (n, m)
    assert np.array_equal(block.possible().ravel(), listed.possible())
    for rule in rules_for(cohort):
        if type(rule).allows is not Rule.allows:
            one, other = rule.allows(block), rule.allows(listed)
            assert np.array_equal(np.broadcast_to(one, (n, m)).ravel(), np.broadcast_to(other, n * m)), rule.title
    allowed = block.possible()
    for aim in aims_for(cohort):
        if isinstance(aim, PairAim):
            (one, unit), (other, same) = aim.scores(block), aim.scores(listed)
            flat = np.broadcast_to(one, (n, m)).ravel()[allowed.ravel()] * unit
            again = np.broadcast_to(other, n * m)[allowed.ravel()] * same
            assert list(flat) == list(again), aim.title
