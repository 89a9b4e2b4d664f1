"""I am the program."""

print(__doc__, __import__("__main__"))
