"""The command line `koubei`: every command is a file of this package."""
