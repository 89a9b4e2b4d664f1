import sys

print(sys.path, sys.meta_path, [hook.__name__ for hook in sys.path_hooks])
print(*sys.path_importer_cache.items(), sep="\n")
print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys.platlibdir, sys.executable, sys._base_executable, sys._home)
