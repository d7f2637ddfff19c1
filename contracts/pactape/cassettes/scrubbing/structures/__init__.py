"""Structures in which secrets stand: each module takes one kind apart, and gives its fields to a visitor."""
