"""popgraph: graphs of vertices on the tiles of an IPU, built, compiled and run from Python.

Names are those of the C++ interface in Python's spelling: ``Graph::addVariable`` is ``Graph.add_variable``. Arrays in
and out are NumPy's. ``open_report`` reads the profile of a run.
"""
import sys as _sys

from . import _popgraph
from ._popgraph import *  # noqa: F401,F403
from ._popgraph import poplin, popops, poputil  # noqa: F401
from ._report import ReadError, Report, open_report  # noqa: F401

# So that `from popgraph.popops import add` works.
for _module in (poplin, popops, poputil):
    _sys.modules[__name__ + "." + _module.__name__.rsplit(".", 1)[-1]] = _module

__version__ = _popgraph.version()
