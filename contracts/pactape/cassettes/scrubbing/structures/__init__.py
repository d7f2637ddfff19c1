"""Structures that contain secrets: each module parses one kind, and gives its fields to a visitor."""
