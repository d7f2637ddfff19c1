"""The notifications: messages to users, by e-mail or on screen."""
