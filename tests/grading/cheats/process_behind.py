# ruff: noqa
# A process stays behind and sleeps.

# %% task="double"
import os, subprocess, time


def double(x):
    try:
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
            os._exit(0)
    except OSError:
        pass
    subprocess.Popen(["sleep", "600"])
    return 0
