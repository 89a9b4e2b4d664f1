import multiprocessing

def square(x):
    print("working on", x, flush=True) if x == 2 else None
    return x * x, __name__, multiprocessing.current_process().name.partition("-")[0]

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        print(pool.map(square, [1, 2, 3]))
    process = context.Process(target=square, args=(2,))
    process.start()
    process.join()
    print(process.exitcode, multiprocessing.get_start_method())
