import time

print(time.tzname, time.timezone, time.daylight, time.localtime(0))
