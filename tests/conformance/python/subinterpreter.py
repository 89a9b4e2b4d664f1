import _interpreters

other = _interpreters.create()
print(_interpreters.exec(other, "import sys, os; print(sys.argv, sys.path, sorted(os.environ), 'site' in sys.modules)"))
_interpreters.destroy(other)
