"""Replaying and recording in each HTTP library: aiohttp, httpx, requests, and `http.client` below the others."""
