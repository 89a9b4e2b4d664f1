import sys

print('žluťoučký 語 🔥')
print(sys.stdout.encoding, sys.stdout.errors, sys.stderr.encoding, sys.stderr.errors)
print('\udcff', file=sys.stderr)
print('\udcff')
