"""Frames by name, as split_fields, split_rows and relationalize return them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame-collection.html
"""

from collections.abc import Callable, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from awsglue._frame_base import FrameBase


class DynamicFrameCollection:
    """Frames by name."""

    def __init__(self, dynamic_frames: Any, glue_ctx: Any) -> None:
        if isinstance(dynamic_frames, Mapping):
            self._frames: Mapping[str, FrameBase] = dynamic_frames
        else:
            self._frames = {frame.name: frame for frame in dynamic_frames}
        self._glue_ctx = glue_ctx

    def __getitem__(self, key: str) -> FrameBase:
        return self._frames[key]

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._frames.keys()

    def values(self) -> ValuesView[FrameBase]:
        """Return the frames."""
        return self._frames.values()

    def select(self, key: str, transformation_ctx: str = "") -> FrameBase:
        """Return the frame of a name; an empty one when there is none."""
        if key in self._frames:
            return self._frames[key]
        empty: FrameBase = self._glue_ctx.empty_dynamic_frame(key)
        return empty

    def map(
        self, callable: Callable[[FrameBase, str], FrameBase], transformation_ctx: str = ""
    ) -> "DynamicFrameCollection":
        """Return the frames that the function makes of each frame and the context."""
        mapped = {
            name: callable(frame, f"{transformation_ctx}{name}" if transformation_ctx else "")
            for name, frame in self._frames.items()
        }
        return DynamicFrameCollection(mapped, self._glue_ctx)

    def flatmap(
        self, f: Callable[[FrameBase], Any], transformation_ctx: str = ""
    ) -> "DynamicFrameCollection":
        """Return the frames, and those of the collections, that the function makes of each."""
        flat: dict[str, FrameBase] = {}
        for name, frame in self._frames.items():
            result = f(frame)
            if isinstance(result, FrameBase):
                flat[name] = result
            else:
                flat.update({f"{name}_{key}": result[key] for key in result})
        return DynamicFrameCollection(flat, self._glue_ctx)
