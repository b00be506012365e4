"""Memory a learner, at a size that only shows that users come and are divided by."""

from bench.memory import Case, Sizes, memory
from bench.tools.firstbell_learners import FirstbellLearners


def test_a_learner_more_takes_memory_more() -> None:
    (found,) = memory([Case(tool=FirstbellLearners(), sizes=Sizes(few=20, many=320))], settle_s=0.3)
    assert 1e3 < found.private_bytes < 1e6
    assert found.process_bytes > 2e7
