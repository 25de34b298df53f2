"""What is done to a batch of images on the device, chance and all: sizes, crops, flips, colours, erasing, mixing.

Images are float32 (N, C, H, W) in 0..1. All draws come from one generator on the CPU, so that a seed gives the same
images on every device, and from a batch at a time, so that they do not depend on how batches are prepared.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional

from .device import sent
from .recipe_data import AugmentRecipe


def resized(images: Tensor, height: int, width: int) -> Tensor:
    """Bilinear, and smoothed first where it makes them smaller. Returns (N, C, height, width)."""
    if images.shape[-2:] == (height, width):
        return images
    smaller = height < images.shape[-2] or width < images.shape[-1]
    return functional.interpolate(images, (height, width), mode="bilinear", antialias=smaller)


def short_side_resized(images: Tensor, size_px: int) -> Tensor:
    """The shorter side brought to size_px, the other in proportion."""
    height, width = images.shape[-2:]
    scale = size_px / min(height, width)
    return resized(images, max(size_px, round(height * scale)), max(size_px, round(width * scale)))


def centre_cropped(images: Tensor, size_px: int) -> Tensor:
    """The middle size_px × size_px; what is smaller is framed in zeros. Returns (N, C, size_px, size_px)."""
    images = _framed(images, size_px)
    top, left = ((side - size_px) // 2 for side in images.shape[-2:])
    return images[..., top : top + size_px, left : left + size_px]


def _framed(images: Tensor, size_px: int) -> Tensor:
    """With zeros around, so that no side is shorter than size_px."""
    missing = [max(size_px - side, 0) for side in images.shape[-2:]]
    rows, columns = missing
    if not rows and not columns:
        return images
    return functional.pad(images, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))


def randomly_cropped(images: Tensor, size_px: int, padding_px: int, chance: Generator) -> Tensor:
    """A window of its own for each image, after padding_px zeros were put on every side."""
    images = _framed(functional.pad(images, (padding_px,) * 4), size_px)
    count, channels, height, width = images.shape
    steps = torch.arange(size_px, device=images.device)
    top = torch.randint(0, height - size_px + 1, (count, 1), generator=chance)
    left = torch.randint(0, width - size_px + 1, (count, 1), generator=chance)
    rows, columns = (sent(corner, images.device) + steps for corner in (top, left))  # (N, size)
    where = (rows[:, :, None] * width + columns[:, None, :]).view(count, 1, -1)  # (N, 1, size²)
    windows = images.flatten(2).gather(2, where.expand(-1, channels, -1))
    return windows.view(count, channels, size_px, size_px)


def flipped(images: Tensor, share: float, chance: Generator, axis: int = -1) -> Tensor:
    """About that share of the images mirrored left to right, or along another axis: -2 is upside down."""
    turned = sent(torch.rand(len(images), generator=chance) < share, images.device)
    return torch.where(turned[:, None, None, None], images.flip(axis), images)


def colour_jittered(images: Tensor, strength: float, chance: Generator) -> Tensor:
    """Brightness, contrast and, of colours, saturation, each times a factor of 1 ± strength of each image's own."""

    def factor() -> Tensor:
        drawn = 1 + strength * (2 * torch.rand(len(images), generator=chance) - 1)
        return sent(drawn.view(-1, 1, 1, 1), images.device)

    images = images * factor()
    mean = images.mean((1, 2, 3), keepdim=True)
    images = mean + (images - mean) * factor()
    if images.shape[1] == 3:
        red, green, blue = images.split(1, 1)
        grey = 0.299 * red + 0.587 * green + 0.114 * blue  # ITU-R BT.601
        images = grey + (images - grey) * factor()
    return images.clamp(0, 1)


def erased(images: Tensor, share: float, chance: Generator) -> Tensor:
    """In about that share of the images, a rectangle set to zero, 2 to 33 % of the area, ratio 0.3 to 3.3.

    Source: Zhong et al., Random Erasing, 2017.
    """
    count, _, height, width = images.shape
    draws = torch.rand(5, count, generator=chance)
    area = (0.02 + 0.31 * draws[0]) * height * width
    ratio = torch.exp((2 * draws[1] - 1) * math.log(3.3))
    box_height, box_width = (area * ratio).sqrt().clamp(max=height), (area / ratio).sqrt().clamp(max=width)
    edges = _edges(box_height, box_width, draws[2], draws[3], height, width)
    edges[1] = torch.where(draws[4] < share, edges[1], 0)
    return images.masked_fill(_inside(edges, images), 0)


def _edges(heights: Tensor, widths: Tensor, down: Tensor, along: Tensor, height: int, width: int) -> Tensor:
    """Top, bottom, left and right of rectangles, (4, N). heights, widths: (N,). down, along: 0 to 1, where they lie."""
    top, left = ((height - heights) * down).floor(), ((width - widths) * along).floor()
    bottom, right = (top + heights.round()).clamp(max=height), (left + widths.round()).clamp(max=width)
    return torch.stack([top, bottom, left, right])


def _inside(edges: Tensor, images: Tensor) -> Tensor:
    """bool (N, 1, H, W) on the device of the images, true within a rectangle each. edges: (4, N), in main memory."""
    height, width = images.shape[-2:]
    top, bottom, left, right = sent(edges, images.device)[..., None]
    rows, columns = torch.arange(height, device=images.device), torch.arange(width, device=images.device)
    in_rows, in_columns = (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)  # (N, H), (N, W)
    return (in_rows[:, :, None] & in_columns[:, None, :]).unsqueeze(1)


def mixed_up(images: Tensor, targets: Tensor, alpha: float, chance: Generator) -> tuple[Tensor, Tensor]:
    """Each image blended with another of the batch, and their targets alike. targets: shares, float (N, classes).

    Source: Zhang et al., mixup, 2017.
    """
    share, other = _share(alpha, chance), sent(torch.randperm(len(images), generator=chance), images.device)
    return images * share + images[other] * (1 - share), targets * share + targets[other] * (1 - share)


def cut_mixed(images: Tensor, targets: Tensor, alpha: float, chance: Generator) -> tuple[Tensor, Tensor]:
    """A rectangle of each image taken from another of the batch; targets by the areas.

    Source: Yun et al., CutMix, 2019.
    """
    other = sent(torch.randperm(len(images), generator=chance), images.device)
    side = math.sqrt(1 - _share(alpha, chance))
    height, width = images.shape[-2:]
    down, along = torch.rand(2, 1, generator=chance)
    heights, widths = torch.tensor([[side * height], [side * width]])
    edges = _edges(heights, widths, down, along, height, width)
    top, bottom, left, right = edges[:, 0].tolist()
    kept = 1 - (bottom - top) * (right - left) / (height * width)
    images = torch.where(_inside(edges, images), images[other], images)
    return images, targets * kept + targets[other] * (1 - kept)


def _share(alpha: float, chance: Generator) -> float:
    """Of a beta distribution with both parameters alpha: from two gamma draws, which torch has with a generator."""
    first, second = torch._standard_gamma(torch.full((2,), alpha, dtype=torch.float64), generator=chance).tolist()
    return first / max(first + second, 1e-300)


def augmented(images: Tensor, recipe: AugmentRecipe, chance: Generator) -> Tensor:
    """The training set's part: scale, crop, flips, colours, in this order. Erasing comes after normalising."""
    if recipe.scale is not None:
        low, high = recipe.scale
        images = short_side_resized(images, int(torch.randint(low, high + 1, (), generator=chance)))
    if recipe.crop is not None:
        images = randomly_cropped(images, recipe.crop, recipe.padding, chance)
    if recipe.flip:
        images = flipped(images, recipe.flip, chance)
    if recipe.flip_vertical:
        images = flipped(images, recipe.flip_vertical, chance, -2)
    if recipe.colour:
        images = colour_jittered(images, recipe.colour, chance)
    return images
