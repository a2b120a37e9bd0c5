// Named cases, run one after the other, each with a bound on its time; what a case has started it
// hands to defer(), which is undone when the case is over, however it ended.

import {
  cpSync, linkSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/// Far more than any case needs: a bound against hanging, no measurement.
export const patience = 120_000;

const cases = [];
let deferred = [];
let strays = [];

// A failure that nobody waits for is the running case's, not the end of the run.
process.on('unhandledRejection', (fault) => strays.push(fault));

// The suites of `./run test --all` alone have CASES=long, and then run the long cases and no other.
const runsLong = process.env.CASES === 'long';

/// `times`: how many times as long as others it may take, where a machine is busy.
export function test(name, body, times = 1) {
  if (!runsLong) cases.push({ name, body, times });
}

/// A case of which others have the parts, or whose matrix is long: for `./run test --all`.
export function longTest(name, body, times = 1) {
  if (runsLong) cases.push({ name, body, times });
}

class Skipped extends Error {}

/// Ends the running case: it cannot be played here.
export function skip(why) {
  throw new Skipped(why);
}

/// Calls `undo` when the running case is over.
export function defer(undo) {
  deferred.push(undo);
}

/// A directory of its own for everything that a run makes.
export const workplace = mkdtempSync(join(tmpdir(), 'tine-test-'));
process.on('exit', () => rmSync(workplace, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/// An empty directory that is this case's own.
export function directory(name = 'dir') {
  return mkdtempSync(join(workplace, `${name}-`));
}

/// The program under a path that no other run uses: its processes can be told from all others.
export const program = (() => {
  if (!process.env.TINE) throw new Error('TINE must name the program to test');
  const own = join(workplace, 'tine');
  try {
    linkSync(process.env.TINE, own);
  } catch {
    cpSync(process.env.TINE, own);  // another file system
  }
  return own;
})();

/// With the sanitizers' tables beside it a program's own memory cannot be judged.
export const sanitized = process.env.ASAN_OPTIONS !== undefined;

/// The processes that run the program under test, or that were given a home of ours.
export function running() {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`).startsWith(program) ||
        readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`HOME=${workplace}/`);
    } catch {
      return false;  // it has gone, or is not ours
    }
  });
}

export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

/// `promise`, or a failure that says what was waited for in vain.
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/// Asks again and again until `holds` gives something true, and gives that.
export async function until(what, holds, ms = patience / 4) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await sleep(10);
  }
}

async function runCase({ name, body, times }) {
  const faults = [];
  const attempt = async (what) => {
    try {
      await what();
    } catch (fault) {
      faults.push(fault);
    }
  };
  deferred = [];
  strays = [];
  await attempt(() => within(times * patience, 'the case to end', body()));
  for (const undo of deferred.reverse()) {
    await attempt(() => within(patience, 'what the case started to end', undo()));
  }
  // A case leaves nothing behind. What is left now is ended so that the next one starts clean.
  await attempt(() => until('every process to be gone', () => running().length === 0, 20_000));
  for (const pid of running()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch { /* it went by itself */ }
  }
  faults.push(...strays);
  if (faults.length === 0) {
    console.log(`ok    ${name}`);
    return 'passed';
  }
  if (faults.length === 1 && faults[0] instanceof Skipped) {
    console.log(`skip  ${name}: ${faults[0].message}`);
    return 'skipped';
  }
  console.log(`FAIL  ${name}`);
  for (const fault of faults) console.log(String(fault?.stack ?? fault).replace(/^/gm, '      '));
  return 'failed';
}

/// Runs the cases whose names contain `filter`; the exit code for the whole.
export async function runCases(filter = '') {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const each of cases.filter(({ name }) => name.includes(filter))) {
    const outcome = await runCase(each);
    count[outcome] += 1;
  }
  const { passed, failed, skipped } = count;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
