"""The launcher as a program of its own: ``python -I -S -B launch.py DESCRIPTOR``."""

import os
import sys

sys.path.append(__file__.rsplit("/", 4)[0])

from agent_ci.confine.launcher.stages import main

# An interpreter that cleans up after itself takes 3 ms more and has nothing to clean up here.
os._exit(main(int(sys.argv[1])))
