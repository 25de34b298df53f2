"""Export of one Python file: the generated module, which needs torch and nothing else."""

from __future__ import annotations

from pathlib import Path

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.base.errors import BlockyardError
from designer.codegen.module import GeneratedCode, generate
from designer.document.document import Document, DocumentError
from designer.document.writing import write_atomically
from designer.graph.design import Design


class ExportError(BlockyardError):
    """An export that cannot be written."""


def generated(design: Design, analysis: Analysis | None = None, *, lazy: bool = False) -> GeneratedCode:
    """The design's module. lazy: with PyTorch's lazy layers. Raises DesignError where the design has errors."""
    return generate(design, analysis or Analyser().analyse(design), lazy=lazy)


def export_module(document: Document, path: Path, *, lazy: bool = False) -> list[Path]:
    """Write the design's module to a file, in one step. Returns the files. Raises DesignError, ExportError."""
    source = generated(document.design, lazy=lazy).source
    try:
        write_atomically(Path(path), source.encode())
    except DocumentError as error:
        raise ExportError(
            error.message, expected="a file name in a folder that can be written", fix=error.fix
        ) from error
    return [Path(path)]
