//! Drives the built binary. One module a topic.
