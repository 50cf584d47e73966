"""What `voidgen show` finds: the plan with its locks, the built image, or the sizes of packages."""
