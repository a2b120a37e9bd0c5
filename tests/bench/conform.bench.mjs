// What acp-conform takes: to start, and to judge tine with the rehearsal agent by all requirements.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

import { attempt, digits, middle, ratio } from './figures.mjs';

const tine = process.env.TINE;
const tool = join(dirname(tine), 'acp-conform');

const rounds = 5;
const starts = 100;  // of a round
const home = ['HOME={folder}', 'XDG_CONFIG_HOME={folder}/config', 'XDG_STATE_HOME={folder}/state'];
const judge = [tool, '--prompts', 'tests/conformance/directives.toml',
  ...home.flatMap((each) => ['--env', each]), '--', tine, 'acp', '--backend', 'rehearsal'];

/// How many milliseconds it takes to run the command so many times, one after the other, by the clock
/// and of the processors.
function take(times, command) {
  const script = 'TIMEFORMAT="%R %U %S"; exec 3>&2; ' +
    `time for ((i = 0; i < ${times}; ++i)); do "$@" >/dev/null 2>&1 </dev/null || echo failed >&3; done`;
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', ...command],
    { encoding: 'utf8' });
  if (stderr.includes('failed')) throw new Error(`${command[0]} failed`);
  const [clock, user, system] = stderr.trim().split(' ').map((text) => 1000 * Number(text) / times);
  return { clock, processor: user + system };
}

const ms = (value) => `${digits(value)} ms`;
const seconds = (value) => `${digits(value / 1000)} s`;

export default async function measure(note) {
  const samples = { tool: [], true: [], whole: [] };
  for (let round = 0; round < rounds; ++round) {
    note(`round ${round + 1} of ${rounds}`);
    const sample = (name, times, command) =>
      attempt(`${name}, round ${round + 1}`, () => take(times, command), note);
    samples.tool.push(await sample('a start', starts, [tool, '--version']));
    samples.true.push(await sample('/bin/true', starts, ['/bin/true']));
    samples.whole.push(await sample('a whole run', 1, judge));
  }
  const values = (name, key) => samples[name].map((each) => each?.[key]);
  const cell = (name, key, text) => middle(values(name, key), text);
  const row = (key) => `${cell('tool', key, ms)} | ${cell('true', key, ms)}` +
    ratio(values('true', key), values('tool', key));
  return `## acp-conform

| | aim | acp-conform | \`/bin/true\` |
|---|---:|---:|---:|
| \`--version\`, by the clock | 5 ms | ${row('clock')} |
| … of processor time | | ${row('processor')} |
| tine with the rehearsal agent, judged by all requirements, by the clock | 20 s | ${cell('whole', 'clock', seconds)} | |
| … of processor time, tine's too | | ${cell('whole', 'processor', seconds)} | |

Each cell is the median of ${rounds} rounds; a start is the mean of ${starts}, one after the other, each forked
by a shell. The number says how many times what \`/bin/true\` takes the start takes.`;
}
