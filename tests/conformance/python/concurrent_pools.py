import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

if __name__ == "__main__":
    with ThreadPoolExecutor(4) as threads:
        print(list(threads.map(len, ["a", "bb"])))
    with ProcessPoolExecutor(2) as processes:
        print(list(processes.map(abs, range(-3, 3))), processes.submit(os.getcwd).result())
