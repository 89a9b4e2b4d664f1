import contextlib
import io
import sys

with contextlib.redirect_stdout(io.StringIO()) as caught:
    print("hidden")
print(repr(caught.getvalue()), sys.stdout is sys.__stdout__)
sys.stdout.reconfigure(encoding="utf-16", newline="\r\n")
print("é")
