"""A stand-in of the message for field masks."""

from google.cloud.run_v2 import Message


class FieldMask(Message):
    pass
