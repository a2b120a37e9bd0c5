// What tine costs that stands before another agent: a scripted one that says much, with tine before
// it and without, in turn, round after round.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { attempt, digits, middle, ratio } from './figures.mjs';

const build = dirname(process.env.TINE);
const driver = join(build, 'tests/bench/bench_driver');
const scripted = join(build, 'tests/agent/scripted_agent');
const isolated = join(build, 'tests/bench/bench_isolated');

const rounds = 5;
const many = 200_000;  // updates of a round
const bytes = 800;  // of text in each
const singly = 2000;  // updates of which each is timed
const pause = 500;  // µs between them
const million = 1_000_000;

const tine = [process.env.TINE, 'acp', '--backend', 'scripted'];
const direct = [scripted];

/// Runs a program in a home of its own, in which tine has the scripted agent as a backend.
function run(program, args) {
  const home = mkdtempSync(join(tmpdir(), 'tine-bench-'));
  try {
    mkdirSync(join(home, '.config/tine'), { recursive: true });
    const configuration = join(home, '.config/tine/config.toml');
    writeFileSync(configuration,
      `[backends.scripted]\nkind = "acp"\ncommand = [${JSON.stringify(scripted)}]\n`);
    chmodSync(configuration, 0o600);
    const result = spawnSync(program, args.map(String),
      { cwd: home, env: { HOME: home, PATH: '/usr/bin:/bin' }, encoding: 'utf8' });
    if (result.status !== 0)
      throw new Error(`${args.join(' ')}: ${result.error ?? result.signal ?? result.stderr}`);
    return JSON.parse(result.stdout);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const drive = (measure, command) => run(driver, [...measure, '--', ...command]);

function play() {
  const flood = ['flood', many, bytes];
  const delay = ['delay', singly, pause];
  const through = drive(flood, tine);
  const alone = drive(flood, direct);
  const late = drive(delay, tine);
  const soon = drive(delay, direct);
  const parts = run(isolated, [many, bytes]);
  return {
    perSecond: through.perSecond, directPerSecond: alone.perSecond,
    perCore: 1e6 / through.cpuUs, isolatedPerCore: 1e6 / parts.appendUs,
    p50: late.p50Us, p99: late.p99Us, directP50: soon.p50Us, directP99: soon.p99Us,
    addedP50: late.p50Us - soon.p50Us, addedP99: late.p99Us - soon.p99Us, ...parts,
  };
}

const thousands = (value) => (Math.round(value / 1000) * 1000).toLocaleString('en');
const us = (value) => `${digits(value)} µs`;

export default async function measure(note) {
  const samples = [];
  for (let round = 0; round < rounds; ++round) {
    note(`round ${round + 1} of ${rounds}`);
    samples.push(await attempt(`tine before an agent, round ${round + 1}`, play, note));
  }
  const growth = await attempt('memory over a million updates',
    () => drive(['growth', million, bytes], tine), note);
  const values = (key) => samples.map((each) => each?.[key]);
  const cell = (key, text) => middle(values(key), text);
  const megabytes = (kb) => (kb === undefined ? 'not measured' : `${digits(kb / 1000)} MB`);
  return `## Before another agent

| | aim | with tine | the agent alone |
|---|---:|---:|---:|
| updates a second of the clock | | ${cell('perSecond', thousands)} | ${cell('directPerSecond', thousands)} |
| updates a second of tine's processor time | 500,000, or half of the next row | ${cell('perCore', thousands)} | |
| … of its parts in isolation | | ${cell('isolatedPerCore', thousands)}${ratio(values('perCore'), values('isolatedPerCore'))} | |
| from the agent's write to the client's read, median | | ${cell('p50', us)} | ${cell('directP50', us)} |
| … of that added by tine | 20 µs | ${cell('addedP50', us)} | |
| … 99 of 100 below | | ${cell('p99', us)} | ${cell('directP99', us)} |
| … of that added by tine | 100 µs | ${cell('addedP99', us)} | |
| memory in the first tenth of a million updates | | ${megabytes(growth?.earlyKb)} | |
| … and the most after that | the same | ${megabytes(growth?.mostKb)} | |

Updates of ${bytes} bytes of text, ${many.toLocaleString('en')} in a turn, from an agent that does nothing else
(\`[[flood]]\` of \`tests/agent/\`), through tine to a client that counts lines. tine records them and
takes secrets out. Each cell is the median of ${rounds} rounds in which the two take turns.

- **Of tine's processor time**: user and system time of tine's process alone. The three processes share
  the cores of the machine, so the clock tells less.
- **In isolation**: the same bytes, guarded (${cell('guardUs', us)} an update), their three fields found
  (${cell('parseUs', us)} with that), secrets taken out (${cell('redactUs', us)}) and appended to a transcript in
  batches (${cell('appendUs', us)}), in one thread and without the pipes.
- **From write to read**: ${singly.toLocaleString('en')} updates, ${pause} µs apart, each with the time at which it was written.
- hydra-acp, which also stands before other agents, is not beside it: the npm registry does not have its
  package, \`@hydra-acp/cli\`.`;
}
