import os
import site
import codecs
import string

print(os.__file__, string.here)
