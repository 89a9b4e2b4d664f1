import os
import pathlib
import tempfile

with tempfile.TemporaryDirectory() as folder:
    print(os.path.dirname(folder), oct(os.stat(folder).st_mode))
path = pathlib.Path("out.txt")
path.write_text("x")
print(oct(path.stat().st_mode), path.resolve(), sorted(os.listdir()))
os.chdir("/")
print(__file__, os.getcwd())
