"""Draft records made of what people say and what evidence holds: a day's log, a choice."""
