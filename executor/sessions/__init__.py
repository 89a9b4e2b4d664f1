"""What outlives a program: workspaces and environments, as files of this host.

A session is a head, one small file that says all of it, and packs, compressed files that hold what is too
large for the head. Its name on disk comes from its id; what a tenant named its files is content here, never
a path. Nothing is kept in memory of a session that is not in use.

`ids` makes and checks ids; `names` says what files can be called; `head.proto` and `head` are what a session
is; `pack` and `draft` how its files are written, `disk` from where; `store` where they are, and what all of
them take; `turns` who may change one now; `keeping` brings a session into a sandbox and back; `files` and
`sessions` are what clients do to them beside running programs; `limits` why something is not kept.
Sandboxes, and which of them a session is pinned to, are the pool's.
"""
