import gc
import sys

print(sys.flags)
print(sys.warnoptions, sys._xoptions, sys.byteorder, sys.hash_info, sys.thread_info, sys.int_info, sys.float_repr_style)
print(sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(), sys.getswitchinterval(), sys.getrecursionlimit())
print(gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug(), gc.callbacks, gc.garbage)
print(sys._git, sys.version, sys.abiflags, sys.implementation, sys.getdlopenflags(), sys.orig_argv)
print(sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth(), sys.is_stack_trampoline_active())
print(hasattr(sys, "ps1"), hasattr(sys, "last_exc"), sys.displayhook is sys.__displayhook__, sys.exception())
