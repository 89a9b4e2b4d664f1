import sys

print("before")
raise type('Mine', (SystemExit,), {})(4)
