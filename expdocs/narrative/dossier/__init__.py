"""The dossier of a run or a record: its set-up, how to run it again, what nobody knows."""
