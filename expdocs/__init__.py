"""expdocs: the why behind machine-learning experiments, kept in git and bound to evidence."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "tags"]


def tags() -> dict[str, str]:
    """Return the provenance tags for a run that is created past MLflow's run context.

    Pass them to ``MlflowClient.create_run(experiment_id, tags=expdocs.tags())``. Outside an
    expdocs repository the mapping is empty; the function never raises.
    """
    from expdocs.run_context import provenance_tags  # noqa: PLC0415 - keeps `import expdocs` free

    return provenance_tags()
