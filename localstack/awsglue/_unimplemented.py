"""Calls of GlueContext that Lochan refuses by name; one that is implemented moves to context."""

from typing import Any, NoReturn

from awsglue._refusals import not_implemented


class UnimplementedCalls:
    """Amazon's signatures, without what they do."""

    def getStreamingSource(
        self,
        connection_type: str,
        format: str | None = None,
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **options: Any,
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.getStreamingSource")

    def create_sample_dynamic_frame_from_catalog(
        self,
        database: str | None = None,
        table_name: str | None = None,
        num: int | None = None,
        sample_options: dict[str, Any] = {},
        redshift_tmp_dir: str = "",
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        additional_options: dict[str, Any] = {},
        catalog_id: str | None = None,
        erieTxId: str = "",
        asOfTime: str = "",
        **kwargs: Any,
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.create_sample_dynamic_frame_from_catalog")

    def create_sample_dynamic_frame_from_options(
        self,
        connection_type: str,
        connection_options: dict[str, Any] = {},
        num: int | None = None,
        sample_options: dict[str, Any] = {},
        format: str | None = None,
        format_options: dict[str, Any] = {},
        transformation_ctx: str = "",
        push_down_predicate: str = "",
        **kwargs: Any,
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.create_sample_dynamic_frame_from_options")

    def purge_table(
        self,
        database: str,
        table_name: str,
        options: dict[str, Any] = {},
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.purge_table")

    def purge_s3_path(
        self, s3_path: str, options: dict[str, Any] = {}, transformation_ctx: str = ""
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.purge_s3_path")

    def transition_table(
        self,
        database: str,
        table_name: str,
        transition_to: str,
        options: dict[str, Any] = {},
        transformation_ctx: str = "",
        catalog_id: str | None = None,
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.transition_table")

    def transition_s3_path(
        self,
        s3_path: str,
        transition_to: str,
        options: dict[str, Any] = {},
        transformation_ctx: str = "",
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.transition_s3_path")

    def getSampleStreamingDynamicFrame(
        self, frame: Any, options: dict[str, Any] = {}, batch_function: Any = None
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.getSampleStreamingDynamicFrame")

    def forEachBatch(
        self, frame: Any, batch_function: Any, options: dict[str, Any] = {}
    ) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.forEachBatch")

    def add_ingestion_time_columns(self, frame: Any, time_granularity: str) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.add_ingestion_time_columns")

    def start_transaction(self, read_only: bool) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.start_transaction")

    def commit_transaction(self, transaction_id: str, wait_for_commit: bool = True) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.commit_transaction")

    def cancel_transaction(self, transaction_id: str) -> NoReturn:
        """Refuse by name."""
        raise not_implemented("GlueContext.cancel_transaction")
