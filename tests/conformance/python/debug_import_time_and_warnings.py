import warnings

warnings.warn("mine")
warnings.warn("old", DeprecationWarning)
open("/dev/null")
print(warnings.filters)
print(eval("1 is 1"), "\d")
