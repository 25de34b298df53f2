"""Names: what may be one in generated code, and fresh ones for new nodes."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection
from functools import lru_cache

from designer.graph.block import Block
from designer.graph.expressions import FUNCTIONS

# What torch.nn.Module, nn.Sequential and generated classes use themselves: a node of that name would hide it.
RESERVED = frozenset(
    """T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double
    dump_patches eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half
    insert ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters nn parameters
    pop register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
    register_state_dict_pre_hook requires_grad_ self set_extra_state set_submodule share_memory state_dict super to
    to_empty torch train training type xpu zero_grad""".split()  # noqa: SIM905
)


# What the constructors of generated classes use themselves: a parameter of that name would hide it.
_IN_CONSTRUCTORS = frozenset({"self", "super", "range", "enumerate", "nn", "torch", "Tensor", *FUNCTIONS})
# What generated modules define or import at their top, and what their constructors take: a class of that name would
# take its place, or be hidden by it.
_IN_MODULES = frozenset({"nn", "torch", "Tensor", "main", "network", "self", *dir(builtins)})
_AMBIGUOUS = frozenset({"l", "I", "O"})  # hard to tell from digits: linters refuse them
_NO_NODES = RESERVED | _AMBIGUOUS


def is_identifier(name: str) -> bool:
    """Whether `name` is a plain ASCII Python identifier and no keyword."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


@lru_cache(maxsize=4096)  # each edit asks it of all nodes
def is_node_name(name: str) -> bool:
    """Whether a node may be called `name`: it becomes an attribute of a module and a variable in `forward`."""
    return is_identifier(name) and not name.startswith("_") and name not in _NO_NODES


def is_parameter_name(name: str) -> bool:
    """Whether a block's parameter may be called `name`: it becomes an argument of a constructor."""
    return is_identifier(name) and not name.startswith("_") and name not in _IN_CONSTRUCTORS | _AMBIGUOUS


def is_block_name(name: str) -> bool:
    """Whether a block may be called `name`: it becomes a class of a generated module."""
    return is_identifier(name) and not name.startswith("_") and name not in _IN_MODULES | _AMBIGUOUS


def stem_of_class(name: str) -> str:
    """The stem of the names of a class's instances: `VGGBlock` -> `vgg`, `Residual` -> `residual`."""
    stem = (name.removesuffix("Block") or name).lower().rstrip("0123456789_").lstrip("_")
    return stem if is_node_name(stem) else "block"


def fresh(stem: str, taken: Collection[str]) -> str:
    """`stem` with the lowest number from 1 up that is not taken: conv1, conv2, …"""
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def fresh_node_id(block: Block, stem: str) -> str:
    """A name for a new node, free both as an id and as a name in `block`."""
    return fresh(stem, set(block.nodes) | {node.name for node in block.nodes.values()})
