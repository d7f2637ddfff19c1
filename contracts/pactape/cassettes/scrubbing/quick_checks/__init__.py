"""Quick checks that skip what contains no secret."""
