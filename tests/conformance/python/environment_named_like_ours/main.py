import os

print(os.environ['HEARTH_PARK'])
