"""The torch side, complete in itself: data, transforms, training loop, checkpoints, worker process."""
