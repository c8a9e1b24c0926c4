#!/usr/bin/env bash
# Runs "$@" in a D-Bus session of its own, with an unlocked keyring in a home that is thrown away afterwards.
# Needs: apt-get install -y gnome-keyring dbus libsecret-1-0
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch XDG_RUNTIME_DIR=$scratch/run XDG_DATA_HOME=$scratch/data
mkdir -m 700 "$XDG_RUNTIME_DIR" "$XDG_DATA_HOME"
dbus-run-session -- bash -c '
  printf "%s" "test-only" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  "$@"
' bash "$@"
