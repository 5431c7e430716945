"""The online side: MLflow and DVC, the only place that talks to them."""
