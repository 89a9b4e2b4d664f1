# A wheel, made here so that it needs no file of its own, installed as one that was uploaded would be.
import os
import shutil
import subprocess
import sys
import zipfile

NAME = "greeter-1.2-py3-none-any.whl"
FILES = {
    "greeter.py": "def main():\n    print('hello from', __name__)\n",
    "greeter-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: greeter\nVersion: 1.2\n",
    "greeter-1.2.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "greeter-1.2.dist-info/entry_points.txt": "[console_scripts]\ngreet = greeter:main\n",
}


def make_wheel():
    record = "".join(f"{name},,\n" for name in [*FILES, "greeter-1.2.dist-info/RECORD"])
    with zipfile.ZipFile(NAME, "w") as wheel:
        for name, text in {**FILES, "greeter-1.2.dist-info/RECORD": record}.items():
            wheel.writestr(name, text)


make_wheel()
done = subprocess.run([sys.executable, "-m", "pip", "install", "./" + NAME], capture_output=True, text=True)
print(done.returncode, done.stdout, done.stderr)
print(sorted(os.listdir(os.path.expanduser("~/.local/lib/python3.13/site-packages"))), shutil.which("greet"))
sys.stdout.flush()
subprocess.run([sys.executable, "-c", "import greeter; greeter.main()"])
subprocess.run(["greet"])
