#!/usr/bin/env python2
print("still three")
