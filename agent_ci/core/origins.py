"""Which files of a repository nobody wrote there: copied from others, or made by a program."""

from __future__ import annotations

import re

_VENDORED = re.compile(
    r"(^|/)(vendor|third_party|third-party|bower_components|node_modules|site-packages|dist-packages|\.venv|venv|gems"
    r"|Pods|Godeps|pkg/mod|\.cargo|_vendor)/"
)
_GENERATED = re.compile(
    r"(^|/)(generated|generated-sources|__generated__|dist|build|target|obj|\.next|out)/"
    r"|(\.pb\.(go|cc|h)|_pb2(_grpc)?\.pyi?|\.(g|freezed)\.dart|\.min\.(js|css)|_generated\.\w+|\.generated\.\w+"
    r"|\.g\.cs|\.Designer\.cs|zz_generated[\w.]*\.go|_string\.go|\.bundle\.js|-lock\.\w+|\.lock)$"
)


def is_vendored(path: str) -> bool:
    """Whether *path* lies among code of others that was copied into the repository or installed."""
    return bool(_VENDORED.search(path))


def is_generated(path: str) -> bool:
    """Whether *path* was most likely written by a program."""
    return bool(_GENERATED.search(path))
