"""Makes an OCI image of every folder below `images/` that has a `runtime.toml`.

In the order of what happens: `definition` reads, `preflight` checks the host, `base` and `runtime`
make layers, `store` keeps them, `archive` makes an image of them, `image` puts one image together
and `build` all of them. What a host does with the images is the executor's business, not this one's.
"""
