"""What people see: tables on a screen, and the files of a match."""
