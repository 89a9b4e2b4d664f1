import other

print(__name__, other.name)
