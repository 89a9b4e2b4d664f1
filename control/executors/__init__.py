"""The executors as the control plane sees them: who is there, what they have, who takes the next program,
and the carrying out of one program on one of them.

Nothing of HTTP, keys or SQL lives here; the words of the executors' API end here.
"""
