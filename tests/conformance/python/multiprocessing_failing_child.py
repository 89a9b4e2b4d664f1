import multiprocessing

def fail():
    raise ValueError("in the child")

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    process = multiprocessing.Process(target=fail, name="worker")
    process.start()
    process.join()
    print(process.exitcode)
