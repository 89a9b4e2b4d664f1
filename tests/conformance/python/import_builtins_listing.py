import builtins
import os
import site
import sys

print(list(vars(builtins)))
print(list(vars(site)), site.execusercustomize.__code__.co_name, site.main.__globals__ is vars(site))
print(list(vars(sys)), list(vars(os)))
print(site.ENABLE_USER_SITE, site.USER_SITE, site.USER_BASE, site.PREFIXES)
