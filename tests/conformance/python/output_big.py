import sys

for i in range(30_000):
    print(f'{i:09d}')
print('done', file=sys.stderr)
