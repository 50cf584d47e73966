"""What differs between two snapshots of an image, and the forms in which it is printed.

`run` reads two `sides` and compares them (`compare`, and `closure` for store paths). `reasons` and
`causes` are for --why. `types` has the result; `as_json`, `markdown` and `html` write it.
"""
