import ctypes

print("lost")
ctypes.CDLL(None).abort()
