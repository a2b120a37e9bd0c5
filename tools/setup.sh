# Sourced by ./run: what the machine must have, configuring, building, npm packages.

logs=build/logs
jobs=$(nproc 2>/dev/null || echo 2)

# The one list of Debian packages, by what needs them.
packages() {
  case $1 in
    build) echo clang-16 lld-16 cmake ninja-build ccache git libboost1.81-dev nlohmann-json3-dev \
                libcli11-dev libexpected-dev libtomlplusplus-dev libspdlog-dev \
                libfmt-dev libedit-dev libsqlite3-dev catch2 libvalijson-dev ;;
    sanitize) echo libclang-rt-16-dev llvm-16 ;;
    node) command -v npm >/dev/null || echo nodejs npm ca-certificates ;;
    clients)
      command -v emacs >/dev/null || echo emacs-nox
      command -v tmux >/dev/null || echo tmux
      command -v jq >/dev/null || echo jq
      command -v mandoc >/dev/null || echo mandoc
      command -v groff >/dev/null || echo groff-base
      command -v python3 >/dev/null || echo python3-minimal ;;
    format) echo clang-format-16 ;;
    lint) echo clang-format-16 clang-tidy-16 ;;
    engines) echo libre2-dev libhyperscan-dev ;;
  esac
}

# The programs without which that cannot run, for systems that have no apt.
programs() {
  case $1 in
    build) echo clang++-16 cmake ninja git ;;
    sanitize) echo llvm-symbolizer-16 ;;
    node) echo node npm ;;
    clients) echo emacs tmux jq mandoc groff python3 ;;
    format) echo clang-format-16 ;;
    lint) echo clang-format-16 clang-tidy-16 ;;
  esac
}

say() { printf '%s\n' "$*" >&2; }

need() {  # need build|sanitize|…... : installs what is missing, or says what it is
  local group name missing=()
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    for group; do
      for name in $(packages "$group"); do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q ' installed$' ||
          missing+=("$name")
      done
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  else
    for group; do
      for name in $(programs "$group"); do
        command -v "$name" >/dev/null || missing+=("$name")
      done
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "run: not found: ${missing[*]}"
    say "run: there is no apt here to install them with. On Debian 12 the packages are:"
    for group; do say "run:   $(packages "$group")"; done
    return 1
  fi
}

install_packages() {
  local as=() log=$logs/apt.log
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "run: these packages are missing, and there is neither root nor sudo to install them: $*"
      return 1
    fi
    as=(sudo)
  fi
  say "run: installing with apt: $*"
  local apt=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q
             -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  local install=("${apt[@]}" install --no-install-recommends "$@")
  mkdir -p "$logs"
  # The lists of a fresh or long unused system are absent or stale: then refresh and try again.
  "${install[@]}" >"$log" 2>&1 && return
  "${apt[@]}" update >>"$log" 2>&1 && "${install[@]}" >>"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  say "run: apt could not install them (all of it: $log)"
  return 1
}

quietly() {  # quietly NAME COMMAND... : output goes to a log, and is shown when the command fails
  local log=$logs/$1.log
  shift
  mkdir -p "$logs"
  "$@" >"$log" 2>&1 && return
  sed -n '/^FAILED:/,$p' "$log" | head -n 100 | grep . >&2 || tail -n 40 "$log" >&2
  say "run: failed: $* (all of it: $log)"
  return 1
}

configure() {  # configure PRESET : when it has not been, or the presets have changed since
  local dir=build/$1 home
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$dir/CMakeCache.txt" 2>/dev/null)
  if [ -n "$home" ] && [ "$home" != "$root" ]; then
    say "run: $dir was made for $home; starting it afresh"
    rm -rf "$dir"
  fi
  if [ ! -e "$dir/build.ninja" ] || [ CMakePresets.json -nt "$dir/build.ninja" ]; then
    quietly "configure-$1" cmake --preset "$1" && touch "$dir/build.ninja"
  fi
}

build() {  # build PRESET [TARGET...] : a terminal sees the progress, else it goes to a log
  local preset=$1
  shift
  configure "$preset" || return 1
  if [ -t 2 ]; then
    ninja -C "build/$preset" -j "$jobs" "$@" >&2
  else
    quietly "build-$preset" ninja -C "build/$preset" -j "$jobs" "$@"
  fi
}

npm_packages() {  # npm_packages DIR : what its lock names, again only when the lock has changed
  local lock=$1/package-lock.json installed=$1/node_modules/.installed-lock.json
  cmp -s "$lock" "$installed" && return
  quietly "npm-$(basename "$1")" env -C "$1" npm ci && cp "$lock" "$installed"
}

clients_environment() {  # what suites and benchmarks find set, besides TINE
  export TINE_NODE=$root/tests/clients/node_modules/node/bin/node
  export PATH=$root/tests/clients/node_modules/node/bin:$PATH
  "$TINE_NODE" --version >/dev/null || { say "run: $TINE_NODE does not run"; return 1; }
}
