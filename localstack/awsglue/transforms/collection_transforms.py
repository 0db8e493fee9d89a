"""Transforms of collections.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-transforms-SelectFromCollection.html
"""

from collections.abc import Callable
from typing import Any

from awsglue.dynamicframe import DynamicFrameCollection
from awsglue.transforms.transform import GlueTransform


class SelectFromCollection(GlueTransform):
    """Selects one DynamicFrame of a collection."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        key: str,
        transformation_ctx: str = "",
    ) -> Any:
        """Selects one DynamicFrame of a collection."""
        return dfc.select(key, transformation_ctx)


class MapToCollection(GlueTransform):
    """Applies a function to each DynamicFrame of a collection."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        callable: Callable[[Any, str], Any],
        transformation_ctx: str = "",
    ) -> DynamicFrameCollection:
        """Applies a function to each DynamicFrame of a collection."""
        return dfc.map(callable, transformation_ctx)


class FlatMap(GlueTransform):
    """Applies a transform to each DynamicFrame of a collection and flattens the results."""

    def __call__(
        self,
        dfc: DynamicFrameCollection,
        BaseTransform: type[GlueTransform],
        frame_name: str,
        transformation_ctx: str = "",
        **base_kwargs: Any,
    ) -> DynamicFrameCollection:
        """Apply the transform with each frame as its argument frame_name."""

        def transform(frame: Any) -> Any:
            return BaseTransform.apply(
                **{frame_name: frame, "transformation_ctx": transformation_ctx, **base_kwargs}
            )

        return dfc.flatmap(transform, transformation_ctx)
