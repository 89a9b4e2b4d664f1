import sys
import threading

main = threading.main_thread()
print(main is threading.current_thread(), main.name, main.daemon, main.native_id == __import__("os").getpid(), threading.active_count())
results = []
threads = [threading.Thread(target=results.append, args=(i,)) for i in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(results), threads[0].name, sys.thread_info)
print(threading.enumerate() == [main], threading.get_ident() == main.ident)
