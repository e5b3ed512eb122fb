"""How text lies on a picture: on its side or not, and by which angle its lines rise or fall."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PIL import Image, ImageOps

_FAR_SHARPER = 1.6
_SLANTS = tuple(step / 2 for step in range(-4, 5))
_STEEPEST = 7.0


def lies_sideways(image: Image.Image) -> bool:
    """True where lines of text run from top to bottom."""
    small = _thumbnail(image)
    across = small.transpose(Image.Transpose.ROTATE_90)
    if _is_sharper(small, across, (0.0,)):
        return False
    # Wide lines that rise a little are not sharp either, so a suspicion is looked into at several angles.
    return _is_sharper(across, small, _SLANTS)


def _is_sharper(one: Image.Image, other: Image.Image, angles: Sequence[float]) -> bool:
    """True where the rows of a picture are far sharper than another's, each at the best of some angles."""
    best, others = (max(_sharpness(_rotated(image, angle)) for angle in angles) for image in (one, other))
    return best > _FAR_SHARPER * others


def straightened(image: Image.Image) -> Image.Image:
    """The picture turned by the angle at which its lines of text are sharpest."""
    small = _thumbnail(image)
    coarse = max((step / 2 for step in range(-14, 15)), key=lambda angle: _sharpness(_rotated(small, angle)))
    finer = max((coarse + step / 10 for step in range(-5, 6)), key=lambda angle: _sharpness(_rotated(small, angle)))
    if abs(finer) < 0.08 or abs(finer) >= _STEEPEST:
        return image
    return image.rotate(finer, Image.Resampling.BICUBIC, expand=False, fillcolor=255)


def _thumbnail(image: Image.Image) -> Image.Image:
    factor = 1100 / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return ImageOps.invert(image.resize(size, Image.Resampling.BOX))


def _rotated(image: Image.Image, angle: float) -> Image.Image:
    return image.rotate(angle, Image.Resampling.NEAREST, fillcolor=0)


def _sharpness(image: Image.Image) -> float:
    """How much the rows of a picture differ from those below them: most where text lies level."""
    rows = image.resize((1, image.height), Image.Resampling.BOX).tobytes()
    return float(sum((one - other) ** 2 for one, other in itertools.pairwise(rows)))
