import ctypes

argc = ctypes.c_int()
argv = ctypes.POINTER(ctypes.c_wchar_p)()
ctypes.pythonapi.Py_GetArgcArgv(ctypes.byref(argc), ctypes.byref(argv))
print([argv[i] for i in range(argc.value)])
