import os
import subprocess

print(list(os.environ.items()))
subprocess.run(["env"])
os.environ["ADDED"] = "1"
os.putenv("PUT", "2")
del os.environ["LONG"]
os.unsetenv("EMPTY")
subprocess.run(["env"])
os.system("echo $ADDED $PUT $UNICODE")
print(open("/proc/self/environ").read().count("HEARTH"))
