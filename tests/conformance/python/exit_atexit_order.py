import atexit
import sys

@atexit.register
def first():
    print("registered first")

class Failing:
    def __call__(self):
        raise ValueError("in atexit")

    def __repr__(self):
        return "<Failing>"

atexit.register(Failing())
atexit.register(print, "registered last", file=sys.stderr)

class Noisy:
    def __del__(self):
        print("deleted", self.name, sys.is_finalizing())

a, b = Noisy(), Noisy()
a.name, b.name = "a", "b"
a.cycle = a
print(atexit._ncallbacks())
sys.exit(2)
