"""What every resource of the broker uses: requests and responses, routing, links, paging."""
