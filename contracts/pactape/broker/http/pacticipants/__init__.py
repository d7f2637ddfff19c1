"""Resources about pacticipants: their versions, branches, tags, and environments."""
