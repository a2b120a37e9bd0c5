# Sourced by ./run: the test stages and their sum.
#
# A suite is an executable file in tests/suites/. It finds TINE (the program) and TINE_NODE (Node 22,
# also first in PATH) set, and the project root as its directory; its last line is "N passed,
# N failed" or "N passed, N failed, N skipped". A line "suite: asan" among its first ten makes it run
# with the sanitized program instead of the released one, "suite: long" keeps it for `./run test
# --all`, "suite: beside" runs it beside others, and "suite: beside first" before those.
#
# Units, too, run with the sanitizers only: they find the same faults there and more, and to compile
# them twice took a quarter of the time. Those of conformance/ are few and need the whole tool, so they
# run in the release. `./run test --all` runs all of it with both programs.

passed=0 failed=0 skipped=0 running='' faults=''

report() {  # report NAME STARTED PASSED FAILED SKIPPED
  [ "$4" -eq 0 ] || faults+="failed: $1"$'\n'
  passed=$((passed + $3)) failed=$((failed + $4)) skipped=$((skipped + $5))
  printf '%-44s %5d passed %3d failed %5d s\n' "$1" "$3" "$4" $((SECONDS - $2))
}

# Commands run in the background and are waited for, so that an interrupt ends them and all that
# they started.
begin() {  # begin SECONDS LOG COMMAND... : `began` is what to wait for
  local limit=$1 log=$2
  shift 2
  set -m  # a process group of its own, and SIGINT not ignored in it
  timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null &
  set +m
  began=$!
  running="$running $began"
}

ended() {  # ended BEGAN SECONDS LOG : waits for it, and is as it was
  local status
  wait "$1"
  status=$?
  running=${running/ $1/}
  [ $status -ne 124 ] || echo "stopped: it ran for more than $2 s" >>"$3"
  return $status
}

# Runs a command in the background, where it gets what others leave of the processor.
beside() {  # beside COMMAND...
  set -m
  # Not a terminal: what it says must not mix with the reports.
  (renice -n 10 -p "$BASHPID" >/dev/null; "$@") </dev/null 2> >(cat >&2) &
  set +m
  aside=$!
}

finished() {  # waits for it, and is as it was
  local status
  wait "$aside"
  status=$?
  aside=
  return $status
}

check() {  # check NAME COMMAND... : a stage that passes or fails as a whole
  local name=$1 started=$SECONDS
  shift
  if "$@"; then report "$name" "$started" 1 0 0; else report "$name" "$started" 0 1 0; return 1; fi
}

units() {  # units PRESET [OPTION...] : all, or those that the options of ctest choose
  local preset=$1 started=$SECONDS log=$logs/units-$1.log junit=$logs/units-$1.xml status
  shift
  rm -f "$junit"
  # What Catch2 says of its cases stands at the end of what each process prints.
  ctest --test-dir "build/$preset" "$@" -j "$jobs" --output-on-failure --no-tests=error \
    --test-output-size-passed 4096 --test-output-truncation head \
    --output-junit "$root/$junit" >"$log" 2>&1 </dev/null
  status=$?
  local good bad
  good=$(sum_of 's/.*in ([0-9]+) test cases?\).*/\1/p; s/^test cases:.*\| *([0-9]+) passed.*/\1/p' "$junit")
  bad=$(sum_of 's/^test cases:.*\| *([0-9]+) failed.*/\1/p' "$junit")
  if [ $status -ne 0 ]; then
    grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test +#[0-9]+:.* Passed )' "$log" | head -n 200
    [ "$bad" -ne 0 ] || bad=1
  fi
  report "units ($preset)" "$started" "$good" "$bad" 0
}

sum_of() {  # sum_of EDIT FILE : of the numbers that an edit of sed prints
  local sum=0 number
  for number in $(sed -nE "$1" "$2" 2>/dev/null); do sum=$((sum + number)); done
  echo $sum
}

has_mark() { head -n 10 "$1" | grep -qE "^[^[:alnum:]]*suite:(.* )?$2( |$)"; }

suites_of() {  # suites_of PRESET LONG
  local file
  for file in tests/suites/*; do
    [ -f "$file" ] && [ -x "$file" ] || continue
    [ "$1" != asan ] || has_mark "$file" asan || continue
    if [ "$2" = no ]; then
      ! has_mark "$file" long || continue
      [ "$1" = asan ] || ! has_mark "$file" asan || continue
    fi
    echo "$file"
  done
}

suite_seconds=2400

# Prints the cases of a log that failed, each with what it says of it, or else the end of the log.
# Their names are told again at the end of all.
tell_faults() {  # tell_faults NAME LOG
  local cases
  cases=$(awk '/^FAIL/ { on = 1 } /^(ok|skip|[0-9]+ passed)/ { on = 0 } on' "$2" | head -n 400)
  if [ -n "$cases" ]; then printf '%s\n' "$cases"; else tail -n 60 "$2"; fi
  faults+=$(grep '^FAIL' <<<"$cases" | head -n 20 | cut -c 1-200 | sed "s|^FAIL[ED]* *|failed: $1: |")
  faults+=$'\n'
}

begin_suite() {  # begin_suite PRESET FILE [NAME]
  local name=${3:-$(basename "$2")}
  TINE=$root/build/$1/tine begin "$suite_seconds" "$logs/suite-$name-$1.log" "$2"
}

finish_suite() {  # finish_suite PRESET FILE BEGAN STARTED [NAME]
  local name log status last
  name=${5:-$(basename "$2")}
  log=$logs/suite-$name-$1.log
  ended "$3" "$suite_seconds" "$log"
  status=$?
  last=$(grep . "$log" | tail -n 1)
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    local good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} skip=${BASH_REMATCH[4]:-0}
    [ $status -eq 0 ] || [ "$bad" -ne 0 ] || bad=1
  else
    local good=0 bad=1 skip=0
    say "$name: exit $status, and its last line is no \"N passed, N failed\""
  fi
  [ "$bad" -eq 0 ] || tell_faults "$name ($1)" "$log"
  report "$name ($1)" "$4" "$good" "$bad" "$skip"
}

# Four suites at a time, as most wait more than they work: two that mostly wait for programs of others
# ("suite: beside"), and two that do not. What is left at the end takes the places of both.
suites() {  # suites PRESET LONG
  local preset=$1 file slot waiting=() others=()
  local running_file=('' '' '' '') began_at=(0 0 0 0) pid=(0 0 0 0)
  for file in $(suites_of "$1" "$2"); do
    if ! has_mark "$file" beside; then
      others+=("$file")
    elif has_mark "$file" first; then
      waiting=("$file" "${waiting[@]}")
    else
      waiting+=("$file")
    fi
  done
  while :; do
    for slot in 0 1 2 3; do
      if [ -n "${running_file[slot]}" ]; then
        ! kill -0 "${pid[slot]}" 2>/dev/null || continue
        finish_suite "$preset" "${running_file[slot]}" "${pid[slot]}" "${began_at[slot]}"
        running_file[slot]=''
      fi
      if [ ${#others[@]} -gt 0 ] && { [ $slot -ge 2 ] || [ ${#waiting[@]} -eq 0 ]; }; then
        running_file[slot]=${others[0]} others=("${others[@]:1}")
      elif [ ${#waiting[@]} -gt 0 ]; then
        running_file[slot]=${waiting[0]} waiting=("${waiting[@]:1}")
      else
        continue
      fi
      began_at[slot]=$SECONDS
      begin_suite "$preset" "${running_file[slot]}"
      pid[slot]=$began
    done
    [[ ${running_file[*]} == *[^\ ]* ]] || break
    sleep 0.5
  done
}

suites_together() {  # suites_together PRESET LONG : all at a time, as they mostly wait
  local file started=$SECONDS files=() all=() i
  for file in $(suites_of "$1" "$2"); do
    begin_suite "$1" "$file"
    files+=("$file") all+=("$began")
  done
  for i in "${!files[@]}"; do finish_suite "$1" "${files[i]}" "${all[i]}" "$started"; done
}

# Runs the suite of a backend with the oldest version of its program that is supported and with the
# newest that is published; the pinned one has had its turn.
other_versions() {  # other_versions SUITE PACKAGE
  local suite=$1 package=$2 oldest newest pinned version folder started log
  log=$logs/npm-$suite-versions.log
  oldest=$(sed -n 's/.*\.oldest = "\(.*\)".*/\1/p' "executor/$suite/program.h")
  pinned=$(sed -n "s|.*\"$package\": \"\(.*\)\".*|\1|p" "tests/$suite/package.json")
  if ! newest=$(timeout 60 npm view "$package" version 2>"$log"); then
    say "$suite: the npm registry does not tell the newest version, so it is not run: $log"
    skipped=$((skipped + 1)) newest=
  fi
  say "$suite: oldest supported $oldest, pinned $pinned, newest published ${newest:-not known}"
  for version in $(printf '%s\n' "$oldest" "$newest" | sort -u); do
    [ "$version" != "$pinned" ] || continue
    folder=build/versions/$suite-$version
    if [ ! -e "$folder/.installed" ]; then
      # A version is several hundred megabytes: none stays that is not wanted any more.
      find build/versions -mindepth 1 -maxdepth 1 -name "$suite-*" ! -name "$suite-$oldest" \
        -exec rm -rf {} + 2>/dev/null
      mkdir -p "$folder"
      check "npm packages ($suite $version)" quietly "npm-$suite-$version" npm install \
        --prefix "$folder" --no-save --ignore-scripts "$package@$version" || continue
      touch "$folder/.installed"
    fi
    started=$SECONDS
    CODEX_FOLDER=$folder CLAUDE_FOLDER=$folder \
      begin_suite release "tests/suites/$suite" "$suite-$version"
    finish_suite release "tests/suites/$suite" "$began" "$started" "$suite-$version"
  done
}

# Reports of sanitized programs, those included whose stderr nobody reads, are files: a file is a
# failure.
sanitizer_environment() {
  rm -rf "$logs/sanitizer" && mkdir -p "$logs/sanitizer"
  export ASAN_SYMBOLIZER_PATH
  ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-16)
  export ASAN_OPTIONS=exitcode=99:malloc_context_size=8:quarantine_size_mb=64:detect_stack_use_after_return=1:log_path=$root/$logs/sanitizer/asan
  export UBSAN_OPTIONS=print_stacktrace=1:log_path=$root/$logs/sanitizer/ubsan
}

no_sanitizer_reports() {
  local file clean=0
  for file in "$logs"/sanitizer/*; do
    [ -e "$file" ] || continue
    clean=1
    say "$file:"
    head -n 60 "$file" >&2
  done
  return $clean
}

begin_fuzz() {  # begin_fuzz TARGET SECONDS : seeds and dictionary from tests/corpus
  local subject=${1##*/fuzz_}
  local seeds=tests/corpus/$subject dictionary=tests/corpus/$subject.dict own=build/corpus/$subject
  mkdir -p "$own" "$logs"
  local command=("$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
                 -artifact_prefix="$logs/fuzz-$subject-")
  [ ! -e "$dictionary" ] || command+=(-dict="$dictionary")
  command+=("$own")
  [ ! -d "$seeds" ] || command+=("$seeds")
  begin $(($2 + 120)) "$logs/fuzz-$subject.log" "${command[@]}"
}

finish_fuzz() {  # finish_fuzz TARGET SECONDS BEGAN : findings are in the logs
  local log=$logs/fuzz-${1##*/fuzz_}.log
  ended "$3" $(($2 + 120)) "$log" && return
  tail -n 60 "$log"
  return 1
}

fuzz() {  # fuzz TARGET SECONDS
  begin_fuzz "$1" "$2"
  finish_fuzz "$1" "$2" "$began"
}

fuzz_together() {  # fuzz_together SECONDS TARGET...
  local seconds=$1 target all=() i
  shift
  for target in "$@"; do
    begin_fuzz "$target" "$seconds"
    all+=("$began")
  done
  for i in "${!all[@]}"; do
    target=${*:i+1:1}
    check "$(basename "$target")" finish_fuzz "$target" "$seconds" "${all[i]}"
  done
}

suite_packages() {  # suite_packages NAME... : the programs that suites need
  local name
  for name; do npm_packages "tests/$name" || return 1; done
}

# Fetches packages while the program is compiled; true when there is a program to go on with.
prepared() {  # prepared PACKAGES [TARGET]
  local packages=$1 status
  shift
  # The units, too, take the protocol's schema from these packages.
  check "npm packages" npm_packages tests/clients && clients_environment || return 1
  beside suite_packages $packages
  check "build (release)" build release "$@"
  status=$?
  check "npm packages (suites)" finished
  return $status
}

everything() {  # everything LONG
  local fuzz_seconds=10 packages='codex claude tokens acp' released=suites sanitized=() in_release=(-R '^(mock|conformance)/')
  local in_asan=(-E ^conformance)
  if [ "$1" = yes ]; then
    fuzz_seconds=300 packages+=' acp_more' released=all sanitized=(all conformance_tests)
    in_release=() in_asan=()
  fi

  check "sources: layers, co_await" tools/check_sources
  if prepared "$packages" "$released"; then
    # Suites often wait: what they leave of the processor builds what comes after them.
    beside build asan "${sanitized[@]}"
    units release "${in_release[@]}"
    suites release "$1"
    if [ "$1" = yes ]; then
      other_versions codex @openai/codex
      other_versions claude @anthropic-ai/claude-code
    fi
  else
    beside build asan "${sanitized[@]}"
  fi
  if check "build (asan)" finished; then
    sanitizer_environment
    units asan "${in_asan[@]}"
    suites_together asan "$1"
    check "no sanitizer reports" no_sanitizer_reports
    unset ASAN_OPTIONS UBSAN_OPTIONS
    fuzz_together "$fuzz_seconds" $(find build/asan/fuzz -name 'fuzz_*' -type f -executable | sort)
  fi
}

verb_test() {
  running='' aside=''
  trap 'trap - INT TERM; for group in $running $aside; do kill -TERM -- "-$group"; done; exit 130' \
    INT TERM
  mkdir -p "$logs"
  case ${1:-} in
    --quick) if need build node; then prepared '' && units release; else failed=1; fi ;;
    --all) if need build sanitize node clients; then everything yes; else failed=1; fi ;;
    "") if need build sanitize node clients; then everything no; else failed=1; fi ;;
    *) say "run: unknown option '$1'"; return 2 ;;
  esac
  grep . <<<"$faults"
  if [ "$skipped" -eq 0 ]; then
    echo "$passed passed, $failed failed"
  else
    echo "$passed passed, $failed failed, $skipped skipped"
  fi
  [ "$failed" -eq 0 ]
}
