"""What an edit may refuse: one exception a kind of illegal link, and one for everything else."""

from __future__ import annotations

from designer.base.errors import DesignError


class EditError(DesignError):
    """An edit that cannot be made; the design stays as it was."""


class LinkError(EditError):
    """Two ports that cannot be wired."""


class SameNodeError(LinkError):
    """Both ends are on one node."""


class SameDirectionError(LinkError):
    """Both ends are outputs, or both are inputs."""


class NoSuchPortError(LinkError):
    """An end is at a port or a node that is not there."""


class AlreadyLinkedError(LinkError):
    """The wire is there already."""


class CycleError(LinkError):
    """The wire would lead back to where it comes from."""
