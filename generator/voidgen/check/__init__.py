"""Is a project reproducible? What `voidgen check` finds out, on this machine and now."""
