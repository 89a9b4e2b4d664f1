"""What a program sees through Hearth, beside what it sees when it is started plainly."""
