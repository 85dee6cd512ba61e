# Rules: what must hold. One rule, one file; ``rules.LevelGap`` is found in ``level_gap.py``. Written by `make stubs`.

from mmatch.rules._base import Rule as Rule
from mmatch.rules.at_most import AtMost as AtMost
from mmatch.rules.check import Check as Check
from mmatch.rules.common_slot import CommonSlot as CommonSlot
from mmatch.rules.differs import Differs as Differs
from mmatch.rules.differs_within import DiffersWithin as DiffersWithin
from mmatch.rules.everyone import Everyone as Everyone
from mmatch.rules.exempt import Exempt as Exempt
from mmatch.rules.forbid import Forbid as Forbid
from mmatch.rules.group_count import GroupCount as GroupCount
from mmatch.rules.level_gap import LevelGap as LevelGap
from mmatch.rules.level_spread import LevelSpread as LevelSpread
from mmatch.rules.linked import Linked as Linked
from mmatch.rules.lock import Lock as Lock
from mmatch.rules.no_repeat import NoRepeat as NoRepeat
from mmatch.rules.same import Same as Same
from mmatch.rules.shared_time import SharedTime as SharedTime
from mmatch.rules.stable import Stable as Stable
from mmatch.rules.together import Together as Together
