"""The messages, under their other name."""

from google.cloud.run_v2 import *
