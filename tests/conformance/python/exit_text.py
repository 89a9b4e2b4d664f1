import sys

print("before")
sys.exit("it is over, конец")
