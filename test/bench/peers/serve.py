import json
import sys
import time


def serve(library, step, clock=time.perf_counter):
    """For each line on stdin, a number of steps, takes as many and prints how long each took, as a JSON line."""
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            started = clock()
            step()
            milliseconds.append(1000 * (clock() - started))
        print(json.dumps({"library": library, "milliseconds": milliseconds}), flush=True)
