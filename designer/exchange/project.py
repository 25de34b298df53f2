"""Export of a whole project: the module, the engine, the recipe and a `train.py`; it trains without Blockyard.

The engine is copied as it is, so what an exported project trains with is what the window trains with.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import designer.engine.protocol as engine_protocol
from designer import __version__
from designer.base.paths import resources_dir
from designer.base.text import Text
from designer.document.document import Document
from designer.document.format import EXTENSION
from designer.document.writing import dump_document
from designer.engine.checksums import is_sound
from designer.engine.protocol import CHECKPOINTS_DIR, LAST_CHECKPOINT, MODEL_FILE, RECIPE_FILE
from designer.engine.recipe import Recipe
from designer.exchange.module import ExportError, generated

MARK = ".blockyard-export"  # lists what an export wrote, so that the next one may replace it and nothing else
_TRAIN = '''"""Trains the network of model.py as recipe.json says. `python train.py --help` lists the options."""

import sys
from pathlib import Path

from engine.run import main

if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
'''
_README = """# {title}

{description}Exported from Blockyard {version}. Needs Python 3.11 or newer and the packages of `requirements.txt`;
it does not need Blockyard.

```
pip install -r requirements.txt
python model.py                  # the stages and their output shapes
python train.py                  # train as recipe.json says; figures and weights go to runs/
python train.py --epochs 3 --device cpu --data FOLDER --lr 0.01
python train.py --resume runs/TIME --epochs 10   # go on with a run, to more epochs; SIGTERM and Ctrl-C save first
torchrun --nproc-per-node 2 train.py   # on two devices; add torchrun's options for more machines
```

| file | what |
|---|---|
| `model.py` | the network; its last class can be built without arguments |
| `recipe.json` | data, optimizer, schedule, epochs, seed |
| `train.py` | starts the training; `--help` lists its options |
| `engine/` | data, training loop and checkpoints |
| `{design}` | the design, to open in Blockyard |
{data_row}"""
_DATA_ROW = "| `data/` | the data set that the recipe names, with its licence |\n"
_REQUIREMENTS = "torch>=2.4\nnumpy>=1.26\npillow>=10.3\ntorchinfo>=1.8\nsafetensors>=0.4.5\n"


def export_project(document: Document, folder: Path, recipe: Recipe | None = None, *, lazy: bool = False) -> list[Path]:
    """Write the project into a new or an empty folder, or over an earlier export, whose other files are left alone.

    recipe: in place of the document's own. lazy: with PyTorch's lazy layers. Returns the files. Raises DesignError,
    ExportError; then the folder is as it was.
    """
    folder = Path(folder).absolute()
    source = generated(document.design, lazy=lazy).source
    recipe = recipe or document.recipe or Recipe()
    scratch: Path | None = None
    try:
        previous = _check_target(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        _write(scratch, document, source, recipe)
        written = sorted(path.relative_to(scratch) for path in scratch.rglob("*") if path.is_file())
        (scratch / MARK).write_text("".join(f"{path.as_posix()}\n" for path in written), "utf-8")
        _put_in_place(scratch, folder, [*written, Path(MARK)], previous)
    except (OSError, shutil.Error) as error:
        raise ExportError(
            Text(
                "The project cannot be written to {folder}: {reason}.",
                folder=folder,
                reason=getattr(error, "strerror", None) or error,
            ),
            expected="a folder that can be written",
            fix="Choose another folder, or make room.",
        ) from error
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
    return [folder / path for path in written]


def _check_target(folder: Path) -> list[str]:
    """What an earlier export wrote there. Raises ExportError where the folder holds something else."""
    if folder.is_file():
        raise ExportError(Text("{folder} is a file.", folder=folder), expected="a folder", fix="Name a folder.")
    if not folder.exists() or not any(folder.iterdir()):
        return []
    mark = folder / MARK
    if not mark.is_file():
        raise ExportError(
            Text("{folder} is not empty, and no earlier export.", folder=folder),
            expected="a new or an empty folder, or one that was exported before",
            fix="Name another folder.",
        )
    return mark.read_text("utf-8", "replace").splitlines()


def _write(scratch: Path, document: Document, source: str, recipe: Recipe) -> None:
    root = document.design.root
    design_file = f"design{EXTENSION}"
    (scratch / MODEL_FILE).write_text(source, "utf-8")
    recipe = _with_own_weights(recipe, scratch)
    (scratch / RECIPE_FILE).write_text(json.dumps(recipe.to_json(), indent=2) + "\n", "utf-8")
    (scratch / "train.py").write_text(_TRAIN, "utf-8")
    (scratch / "requirements.txt").write_text(_REQUIREMENTS, "utf-8")
    (scratch / design_file).write_bytes(dump_document(Document(document.design, recipe)))
    engine = Path(engine_protocol.__file__).parent
    shutil.copytree(engine, scratch / "engine", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shipped = resources_dir() / recipe.data.source
    has_data = bool(recipe.data.source) and Path(recipe.data.source).name == recipe.data.source and shipped.is_dir()
    if has_data:
        shutil.copytree(
            shipped,
            scratch / "data" / recipe.data.source,
            ignore=shutil.ignore_patterns("__pycache__", "*.py"),
        )
    (scratch / "README.md").write_text(
        _README.format(
            title=root.title or root.name,
            description=f"{root.description}\n\n" if root.description else "",
            version=__version__,
            design=design_file,
            data_row=_DATA_ROW if has_data else "",
        ),
        "utf-8",
        errors="replace",
    )


def _with_own_weights(recipe: Recipe, scratch: Path) -> Recipe:
    """The weights that the recipe starts from go along, so that the project trains elsewhere."""
    given = Path(recipe.start.source).expanduser()
    if given.is_dir():
        given = given / CHECKPOINTS_DIR / LAST_CHECKPOINT
    if not recipe.start.weights or not given.is_file():
        return recipe
    if is_sound(given) is False:
        raise ExportError(
            Text("The weights {path} are damaged: by their checksum, they are not what was saved.", path=given),
            expected="the weights that the recipe starts from, as they were saved",
            fix="Start from a copy of them or from another run, or leave start.weights out of the recipe.",
        )
    name = f"start{given.suffix}"
    shutil.copyfile(given, scratch / name)
    return replace(recipe, start=replace(recipe.start, weights=name))


def _put_in_place(scratch: Path, folder: Path, written: list[Path], previous: list[str]) -> None:
    if not folder.exists():
        scratch.chmod(0o755)
        scratch.rename(folder)
        return
    for path in written:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (scratch / path).replace(folder / path)
    kept = {path.as_posix() for path in written}
    for name in previous:  # what the earlier export wrote and this one does not
        stale = folder / name
        if name not in kept and folder in stale.resolve().parents:
            with suppress(OSError):
                stale.unlink()
