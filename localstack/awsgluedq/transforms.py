"""Data quality transforms that scripts of Glue Studio import; Lochan refuses them by name.

https://docs.aws.amazon.com/glue/latest/dg/data-quality-gs-studio.html
"""

from typing import Any, NoReturn


class EvaluateDataQuality:
    """Evaluates a ruleset in DQDL."""

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse by name."""
        raise NotImplementedError(
            "awsgluedq: EvaluateDataQuality.apply is not implemented by Lochan."
        )

    def process_rows(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse by name."""
        raise NotImplementedError(
            "awsgluedq: EvaluateDataQuality.process_rows is not implemented by Lochan."
        )
