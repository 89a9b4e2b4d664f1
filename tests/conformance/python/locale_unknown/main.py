import locale
import os
import sys

print(locale.setlocale(locale.LC_CTYPE), locale.getlocale(), locale.getencoding(), sys.flags.utf8_mode, sys.stdout.errors)
print({k: v for k, v in os.environ.items() if k[:2] == 'LC'}, ascii(os.fsdecode(b'\xff')))
print('é')
