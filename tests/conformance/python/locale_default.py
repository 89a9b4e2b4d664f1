import locale
import sys

print([locale.setlocale(c) for c in (locale.LC_CTYPE, locale.LC_TIME, locale.LC_COLLATE, locale.LC_NUMERIC)], locale.getlocale(), locale.getpreferredencoding(), sys.flags.utf8_mode)
print(locale.setlocale(locale.LC_ALL, ''), locale.localeconv()['decimal_point'])
