"""containerd, as far as sandboxes need it: images, read-only root file systems, tasks.

Everything here happens in the background. No request waits for containerd.
"""
