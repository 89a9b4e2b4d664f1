import gc
import sys
from collections import Counter

print(sorted(c.__name__ for c in object.__subclasses__()))
print([t for t in gc.get_objects() if type(t).__name__ == "builtin_function_or_method" and "site" in t.__name__])
print(gc.get_stats()[1:], gc.get_count()[1:])
print(len([o for o in gc.get_objects() if type(o) is type]))
