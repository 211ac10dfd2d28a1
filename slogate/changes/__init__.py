"""Where facts about the change come from. All of them are foreign text."""
