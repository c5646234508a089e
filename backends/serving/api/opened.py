"""What a published bundle says of its model, without loading the model itself."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backends.bundle import Bundle
    from backends.registry import ModelVersion
    from backends.serving.service import Service

KEPT = 64  # bundles, without their graphs, that are kept for the next who asks

_kept: OrderedDict[str, Bundle] = OrderedDict()
_lock = threading.Lock()


def opened(service: Service, version: ModelVersion) -> Bundle:
    """The version's bundle without the graph's bytes; kept by its digest, as a published bundle never changes."""
    from backends.bundle import unpack

    with _lock:
        if version.digest in _kept:
            _kept.move_to_end(version.digest)
            return _kept[version.digest]
    bundle = replace(unpack(service.catalogue.registry.bundle_path(version)), model=b"")
    with _lock:
        _kept[version.digest] = bundle
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return bundle
