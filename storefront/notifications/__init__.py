"""The notifications: messages to people, by e-mail or on their screen."""
