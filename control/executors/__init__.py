"""The executors as the control plane sees them: who is there, what they have, which of them is to take
something new, the carrying out of one program on one of them, and what is asked of them about sessions and
their files.

Nothing of HTTP, keys or SQL lives here; the words of the executors' API end here.
"""
