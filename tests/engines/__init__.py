"""The engines that the workbench can be moved to, started on this machine, and the suites that run against them."""
