"""`python -m tests.simulation`"""

import sys
import time
from collections import Counter

from tests.simulation.history import play

seed, count = int(sys.argv[1]), int(sys.argv[2])
trace = len(sys.argv) > 3
total = Counter()
steps = 0
t = time.process_time()
for s in range(seed, seed + count):
    o = play(s, tracing=trace)
    total.update(o.counts)
    steps += o.steps
    if trace:
        print("\n".join(o.trace))
    if o.problem:
        print("SEED", s, o.problem)
print(time.process_time() - t, steps, o.digest)
for k, v in sorted(total.items()):
    print(f"{k:40} {v}")
