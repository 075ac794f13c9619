"""Runs a program on one core and tells what it cost.

    measure.py PROGRAM ARGS...

One line on stdout: seconds on the clock, seconds of CPU, the most resident memory in MB, and the
exit code.  What the program prints goes nowhere, what it complains of to stderr.
"""
import os
import subprocess
import sys
import time


def main():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    begin = time.monotonic()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begin
    print("%.2f %.2f %.0f %d" % (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                                 os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    main()
