import gc
import weakref

class Node:
    pass

a = Node()
a.me = a
weakref.finalize(a, print, "finalized")
del a
print(gc.collect() > 0, gc.get_objects(generation=2) != [])
kept = Node()
weakref.finalize(kept, print, "at exit")
