import json
import sys
import time


def serve(library, step):
    """For each line on stdin, a number of steps, takes as many and prints how long each took, as a JSON line."""
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            started = time.perf_counter()
            step()
            milliseconds.append(1000 * (time.perf_counter() - started))
        print(json.dumps({"library": library, "milliseconds": milliseconds}), flush=True)
