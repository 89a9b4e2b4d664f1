import os

print(os.listdir("."))
os.remove(__file__)
print(os.listdir("."))

def fail():
    raise ValueError("whose source is gone")

fail()
