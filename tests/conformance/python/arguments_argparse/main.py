import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int)
parser.parse_args()
