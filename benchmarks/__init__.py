"""What is measured, against which baseline, with the last results. Each module is a command of its own."""
