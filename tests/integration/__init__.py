"""The whole stack on the real thing: containerd, gVisor, executor and control plane, over HTTP.

A test here that needs the kernel, containerd or runsc fails where they are missing; none is skipped.
"""
