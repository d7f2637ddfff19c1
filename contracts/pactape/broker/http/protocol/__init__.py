"""The shared basis of all resources: requests and responses, routing, links, paging."""
