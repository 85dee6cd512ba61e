"""Small random questions for tests of repairs."""

import random

import mmatch as mm
from mmatch import Offer, Participant, Request


def question(seed):
    """A few people of two departments and three levels, offers with few seats, and rules about single pairs."""
    draw = random.Random(seed)
    topics = ["x", "y"][: draw.randint(1, 2)]

    def attributes():
        return {"dep": draw.choice("AB"), "level": draw.randint(1, 3)}

    def offers():
        return [Offer(t, seats=draw.choice([None, None, 1])) for t in draw.sample(topics, draw.randint(1, len(topics)))]

    people = [
        Participant(f"m{k}", offers=offers(), capacity=draw.choice([0, 1, 1, 2]), attributes=attributes())
        for k in range(draw.randint(1, 3))
    ]
    people += [
        Participant(f"e{k}", requests=[Request(draw.choice(topics))], attributes=attributes())
        for k in range(draw.randint(2, 4))
    ]
    level = mm.rules.LevelGap(mentor="level", mentee="level", least=1)
    every = [mm.rules.Differs("dep"), level, mm.rules.Forbid([("m0", "e0")])]
    aims = draw.choice([None, [mm.aims.Coverage(), mm.aims.EvenLoad()]])
    return mm.Cohort(people), mm.Program(rules=draw.sample(every, draw.randint(0, 2)), aims=aims), draw
