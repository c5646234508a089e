"""The steps of the Dockerfile, run where there is no Docker.

``Dockerfile → dockerfile.read → [Stage] → image.build (on layers) → container.start → journey``. A machine's own Debian
and Python stand in for the base image; everything else is done as the file says, at the paths that it says.
"""
