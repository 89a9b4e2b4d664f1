import os
import subprocess
import sys

code = "import sys, os; print(sys.argv, sys.orig_argv, sys.path, sorted(os.environ), list(sys.modules) == sorted(sys.modules)); sys.exit(4)"
done = subprocess.run([sys.executable, "-c", code, "x"], capture_output=True, text=True)
print(done)
print(subprocess.run([sys.executable, "-"], input="print(__name__)", capture_output=True, text=True).stdout)
print(subprocess.run([sys.executable, "-m", "platform", "--help"], capture_output=True, text=True).stdout[:20])
print(os.system("exit 3"), os.popen("echo shell").read(), subprocess.getoutput("echo $0"))
