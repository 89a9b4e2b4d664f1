import os
import subprocess
import sys

for value in ("abc", "", "0", "3", "-1", "99999999999999999999"):
    done = subprocess.run([sys.executable, "-c", "print('plain')"], env={**os.environ, "HEARTH_PARK": value}, capture_output=True)
    print(done.returncode, done.stdout, done.stderr)
