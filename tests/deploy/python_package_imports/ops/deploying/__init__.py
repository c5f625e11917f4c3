"""Deploys services; see :mod:`ops.deploying.main`."""

from .gcloud import Gcloud, GcloudError
from .services import SERVICES, Service

__all__ = ["Gcloud", "GcloudError", "SERVICES", "Service"]
