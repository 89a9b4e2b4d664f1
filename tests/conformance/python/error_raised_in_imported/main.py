from lib.deep import run

run(lambda: 1 / 0)
