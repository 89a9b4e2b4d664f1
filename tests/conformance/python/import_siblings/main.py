import sys

import sibling
from pkg import a
from pkg.sub import b
import space.inside

print(sibling.__file__, a.value, b.value, space.__path__, space.inside.x)
print(sibling.__cached__, [name for name in sys.modules if not name.startswith("_")][-9:])
