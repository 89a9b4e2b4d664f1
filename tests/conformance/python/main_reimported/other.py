import main

name = main.__name__
print(name, main.__file__, main.__spec__.origin)
