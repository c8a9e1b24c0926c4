@echo off
rem The command line of the installed app: the app's own program, asked to be a command.
"%~dp0..\..\Tiergate.exe" --cli %*
