"""Find differences between two trees or ISOs that should be equal, with their likely causes."""
