import pkgutil

print(sorted(m.name for m in pkgutil.iter_modules() if 'park' in m.name or 'hearth' in m.name))
