"""The ISO: mklive in a container, from locked inputs, and what came out held against them.

`job` says what to do, as files for the scripts in ``container/``; `engine` starts them there;
`verify` compares; `build` puts it together.
"""
