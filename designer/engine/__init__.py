"""The torch side, complete in itself: data, training loop, checkpoints, worker process.

A verbatim copy of this folder trains an exported project, so it imports nothing of Blockyard, itself only relatively,
and of other packages torch alone; Pillow and NumPy only where data are of their formats, safetensors only where
weights come from elsewhere or go there. `recipe` and `protocol` are its torch-free face: the other rooms import these.

    python -m designer.engine.probe MODEL.py INPUTS                        tells what a network makes of given shapes
    python -m designer.engine.worker RUN_DIR [--resume]                     trains the model.py of a run folder
    python -m designer.engine.summary MODEL.py --input-size 1 1 28 28       torchinfo's table of a network
"""
