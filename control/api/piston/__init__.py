"""`/api/v2`: the protocol of Piston 3.1.1, over the same engine as `/v1`.

Here is what is Piston's own: its paths, the order and words of its checks, its defaults, what JavaScript
makes of values, and the shape of its answers and errors. What a request then asks for is checked and carried
out like any other. docs/piston.md tells users what differs.
"""
