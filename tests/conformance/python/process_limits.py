import resource

for name in sorted(vars(resource)):
    if name.startswith('RLIMIT'):
        print(name, resource.getrlimit(getattr(resource, name)))
