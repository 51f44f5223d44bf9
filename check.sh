#!/usr/bin/env bash
# Everything that has to hold before a change lands: builds without warnings, is formatted, and every test passes.
# Installs what the tests need by itself: as root with apt-get, as an ordinary user unpacked under ~/.cache/modelops-check.
#   ./check.sh            all
#   ./check.sh --quick    without the end-to-end tests
#   ./check.sh --tools    only provides the tools, and shows that they start
set -euo pipefail
cd "$(dirname "$0")"

quick=false
tools_only=false
[ "${1:-}" = "--quick" ] && quick=true
[ "${1:-}" = "--tools" ] && tools_only=true
results="$PWD/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
# One compiler for all projects takes half the time of one for each; it is sent away before the tests.
export UseSharedCompilation=true
# Services of tests live for seconds: compiling what is hot once more, with counters first, does not pay.
export DOTNET_TieredPGO=0

say() { printf '\n== %s (%s)\n' "$*" "$(date +%H:%M:%S)"; }

need() {
  command -v "$1" >/dev/null 2>&1 || { echo "check.sh needs $1: $2" >&2; exit 1; }
}

# Debian packages for the tests: a browser, Redis itself for the cache's contract, Open MPI for training in several processes, Prometheus and
# Alertmanager for the alerts. None of their daemons is started (policy-rc.d).
provide() {
  local program=$1 package=$2
  if command -v "$program" >/dev/null 2>&1 || [ -x "$tools/usr/bin/$program" ]; then return; fi
  if [ "$(id -u)" = 0 ]; then
    echo "Installing $package …"
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && trap 'rm -f /usr/sbin/policy-rc.d' EXIT; }
    apt-get install -y --no-install-recommends "$package" >"$results/apt-$package.log" 2>&1 ||
      { apt-get update >"$results/apt-update.log" 2>&1 && apt-get install -y --no-install-recommends "$package" >"$results/apt-$package.log" 2>&1; } ||
      { tail -n 5 "$results/apt-$package.log"; echo "$package cannot be installed; see $results" >&2; exit 1; }
  else
    echo "Unpacking $package and what it needs under $tools …"
    unpack "$package" >"$results/apt-$package.log" 2>&1 || { tail -n 5 "$results/apt-$package.log"; echo "$package cannot be unpacked; see $results" >&2; exit 1; }
  fi
}

# An ordinary user's way: what dpkg does not know as installed is downloaded and unpacked beside the system's.
# Under its own name first, so that an interrupted run is not taken for a finished one.
unpack() {
  local package=$1 folder="$tools/packages/$1" private=()
  mkdir -p "$folder"
  cd "$folder"
  if ! apt-cache show "$package" >/dev/null 2>&1; then
    # Package lists of the user's own: the system's are missing, and only root may fetch them.
    mkdir -p "$tools/apt/lists/partial" "$tools/apt/cache/archives/partial"
    private=(-o "Dir::State::Lists=$tools/apt/lists" -o "Dir::Cache=$tools/apt/cache" -o Debug::NoLocking=1)
    apt-get "${private[@]}" update || return 1
  fi
  local needed missing names
  needed=$(apt-cache "${private[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$package" | grep '^[a-z0-9]' | sed 's/:.*//' | sort -u) || return 1
  missing=$(comm -23 <(echo "$needed") <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | awk '$2 == "installed" { print $1 }' | sort -u))
  # Names that are only virtual have no candidate.
  # shellcheck disable=SC2086
  names=$(apt-cache "${private[@]}" policy $missing | awk '/^[a-z0-9]/ { name = $1; sub(/:$/, "", name) } /Candidate:/ && $2 != "(none)" { print name }') || return 1
  # shellcheck disable=SC2086
  apt-get "${private[@]}" download $names || return 1
  mkdir -p "$tools/next"
  for file in *.deb; do dpkg -x "$file" "$tools/next" || return 1; done
  cp -a "$tools/next/." "$tools/"
  rm -rf "$tools/next" "$folder"
  cd - >/dev/null
}

need dotnet "the .NET SDK 10, https://dotnet.microsoft.com/download"
need node "Node.js 20 or later, for the local PostgreSQL and Azurite packages"
need npm "npm, which comes with Node.js"
tools="${XDG_CACHE_HOME:-$HOME/.cache}/modelops-check"
say "Tools for the tests"
provide chromium chromium
provide redis-server redis-server
provide mpirun.openmpi openmpi-bin
provide promtool prometheus
provide amtool prometheus-alertmanager
if [ -d "$tools/usr" ]; then
  export PATH="$tools/usr/bin:$PATH"
  # Every folder with libraries: some programs name the system's by its full path.
  LD_LIBRARY_PATH="$(find "$tools/usr/lib" "$tools/lib" -path '*-linux-gnu*' -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export LD_LIBRARY_PATH
fi
# Unpacked, the browser itself: its start script looks for it under /usr.
CHROMIUM_PATH="$tools/usr/lib/chromium/chromium"
[ -x "$CHROMIUM_PATH" ] || CHROMIUM_PATH="$(command -v chromium)"
export CHROMIUM_PATH
"$CHROMIUM_PATH" --version || { echo "$CHROMIUM_PATH does not start" >&2; exit 1; }
redis-server --version || { echo "redis-server does not start" >&2; exit 1; }
[ ! -x "$tools/usr/bin/orted" ] || export OPAL_PREFIX="$tools/usr"
mpirun.openmpi --version || { echo "mpirun does not start" >&2; exit 1; }
if $tools_only; then exit 0; fi

say "Build, warnings as errors"
dotnet tool restore >"$results/tools.log" 2>&1 || { cat "$results/tools.log"; exit 1; }
dotnet restore ModelOps.Aspire.sln --verbosity quiet
dotnet build ModelOps.Aspire.sln --no-restore --verbosity quiet --nologo

# Asked for apart from the restore, whose own audit says nothing where the source has no list. What became known after a commit does not fail
# that commit: it is said, and fails only where MODELOPS_STRICT_AUDIT=1.
say "Known vulnerabilities"
vulnerable=$(timeout 120 dotnet list ModelOps.Aspire.sln package --vulnerable --include-transitive 2>&1) || { echo "The package source does not say which packages are vulnerable; not checked."; vulnerable=""; }
if grep -q "has the following vulnerable packages" <<<"$vulnerable"; then
  echo "$vulnerable"
  [ "${MODELOPS_STRICT_AUDIT:-}" != 1 ] || exit 1
fi

say "Format"
dotnet format ModelOps.Aspire.sln --no-restore --verify-no-changes
dotnet build-server shutdown --vbcscompiler >"$results/build-server.log" 2>&1 || true

failed_projects=0
run() {
  local project=$1
  say "$project"
  dotnet test "tests/$project" --no-build --nologo --logger "trx;LogFileName=$project.trx" --logger "console;verbosity=minimal" --results-directory "$results" || failed_projects=$((failed_projects + 1))
}
run ModelOps.Tests
run ModelOps.Trainer.Tests
run ModelOps.AppHost.Tests
$quick || run ModelOps.EndToEnd

# The last line is counted from what the test runner wrote down.
count() { cat "$results"/*.trx 2>/dev/null | grep -o "<Counters [^>]*" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count passed)
failed=$(count failed)
total=$(count total)
# A project that died before it could write its results counts as a failure too.
if [ "$failed" = 0 ] && [ "$failed_projects" != 0 ]; then failed=$failed_projects; fi
say "Results in $results"
echo "$passed passed, $failed failed, $((total - passed - $(count failed))) skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
