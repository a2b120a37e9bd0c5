// tine beside other agents: start-up, memory, round trips, updates, many sessions, and how long a
// small request waits behind something large. Every figure of every agent is taken in turn, round
// after round, so that a slow moment of the machine falls on all of them.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { attempt, digits, middle, ratio } from './figures.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const driver = join(dirname(process.env.TINE), 'tests/bench/bench_driver');
const rounds = 5;

const versionOf = (name) =>
  JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;

const native = '@zed-industries/codex-acp-linux-' + process.arch;
const agents = {
  tine: { name: 'tine', command: [process.env.TINE, 'acp', '--backend', 'rehearsal'] },
  sdk: { name: `SDK ${versionOf('@agentclientprotocol/sdk')}, Node ${process.versions.node}`,
    command: [process.execPath, join(here, 'sdk_agent.mjs')] },
  rust: { name: `codex-acp ${versionOf('@zed-industries/codex-acp')}`,
    command: [join(here, 'node_modules', native, 'bin/codex-acp')],
    env: { OPENAI_API_KEY: 'none' } },
  echo: { name: 'echo', command: [driver, 'echo'] },
};

const before = process.env.TINE_BEFORE;
if (before) {
  const version = execFileSync(before, ['--version'], { encoding: 'utf8' }).trim();
  agents.before = { name: version.replace('tine', 'before:'),
    command: [before, 'acp', '--backend', 'rehearsal'] };
}

const two = [...(before ? ['tine', 'before'] : ['tine']), 'sdk'];
const all = [...two, 'rust'];

/// What is measured: the driver's arguments, and the rows that its numbers fill.
const measures = [
  { args: ['start', 8], of: all, rows: [
    { label: 'spawn to the answer to `initialize`', key: 'ms', unit: 'ms', aim: 'a few ms' },
    { label: 'memory then', key: 'memoryKb', unit: 'kB', aim: '4 MB' }] },
  { args: ['roundtrip', 10000], of: [...two, 'echo'], rows: [
    { label: 'round trip, median', key: 'p50Us', unit: 'µs', aim: '30 µs' },
    { label: 'round trip, 99 of 100 below', key: 'p99Us', unit: 'µs' },
    { label: 'processor time of a round trip', key: 'cpuUs', unit: 'µs' }] },
  { args: ['list', 10000], of: two, rows: [
    { label: '`session/list` without sessions, median', key: 'p50Us', unit: 'µs' }] },
  { args: ['updates', 50000, 32], of: two, rows: [
    { label: 'updates a second', key: 'perSecond', unit: 'per second', aim: '20 ×' },
    { label: 'processor time of an update', key: 'cpuUs', unit: 'µs' }] },
  { args: ['sessions', 1000, 10000], of: two, rounds: 1, rows: [
    { label: 'memory of 1,000 sessions', key: '1000', unit: 'kB' },
    { label: 'memory of 10,000 sessions', key: '10000', unit: 'kB', aim: '200 MB' }] },
  { args: ['held-burst', 50000, 100], of: two, rows: [
    { label: 'longest wait beside a burst', key: 'worstMs', unit: 'ms', aim: '10 ms' }] },
  { args: ['held-prompt', 30000000], of: two, rows: [
    { label: 'longest wait behind a prompt of 30 MB', key: 'worstMs', unit: 'ms' }] },
  { args: ['held-replay', 20000], of: two, rows: [
    { label: 'longest wait beside a replay', key: 'worstMs', unit: 'ms', aim: '10 ms' }] },
];

/// Runs one measure of one agent, in a home of its own that holds nothing.
function run(args, agent) {
  const home = mkdtempSync(join(tmpdir(), 'tine-bench-'));
  try {
    const env = { HOME: home, PATH: '/usr/bin:/bin', ...agent.env };
    const result = spawnSync(driver, [...args.map(String), '--', ...agent.command],
      { cwd: home, env, encoding: 'utf8', maxBuffer: 1 << 26 });
    if (result.status !== 0) {
      const said = result.stderr?.trim().split('\n').slice(-5).join('\n');
      throw new Error(`${agent.name}, ${args.join(' ')}: ${result.error ?? result.signal ?? said}`);
    }
    return JSON.parse(result.stdout);
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function figure(value, unit) {
  if (unit === 'kB') return `${digits(value / 1000)} MB`;
  if (unit === 'per second') return (Math.round(value / 1000) * 1000).toLocaleString('en');
  return `${digits(value)} ${unit}`;
}

const times = (unit) =>
  (unit === 'per second' ? (own, other) => own / other : (own, other) => other / own);

function table(samples) {
  const columns = all;
  const lines = [`| | aim | ${columns.map((id) => agents[id].name).join(' | ')} |`,
    `|---|---:|${columns.map(() => '---:|').join('')}`];
  for (const { rows, of } of measures) {
    for (const row of rows) {
      const values = (id) => samples.get(row).get(id);
      const cells = columns.map((id) => {
        if (!of.includes(id)) return '';
        const text = middle(values(id), (value) => figure(value, row.unit));
        return id === 'tine' ? text : text + ratio(values('tine'), values(id), times(row.unit));
      });
      lines.push(`| ${row.label} | ${row.aim ?? ''} | ${cells.join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

export default async function measure(note) {
  const samples = new Map(measures.flatMap(({ rows, of }) =>
    rows.map((row) => [row, new Map(of.map((id) => [id, []]))])));
  for (let round = 0; round < rounds; ++round) {
    note(`round ${round + 1} of ${rounds}`);
    for (const { args, of, rows, rounds: most = rounds } of measures) {
      if (round >= most) continue;
      for (const id of round % 2 === 0 ? of : [...of].reverse()) {
        const what = `${agents[id].name}, ${args.join(' ')}, round ${round + 1}`;
        const numbers = await attempt(what, () => run(args, agents[id]), note);
        for (const row of rows) samples.get(row).get(id).push(numbers?.[row.key]);
      }
    }
  }
  const pipes = middle(samples.get(measures[1].rows[0]).get('echo'), (us) => figure(us, 'µs'));
  return `## Against other agents

${table(samples)}

Each cell is the median of ${rounds} rounds in which the agents take turns; the bold number says how
many times what tine needs the other one needs (of the updates a second: how many times as many
tine sends), with the range over the rounds. Memory is the kernel's proportional set size and comes
from one round for the sessions.

- **SDK** is the official TypeScript SDK with an agent of sixty lines on it
  (\`tests/bench/sdk_agent.mjs\`), the least that an agent under Node can be. **codex-acp** is the
  lightest native agent that we know; it is started and asked to initialize, nothing more.
- **Round trip**: \`authenticate\`, which asks nothing of these agents, one request at a time over
  pipes. An agent that only echoes takes ${pipes} here: that much is the machine's, not the agent's.
- **\`session/list\`**: tine looks at the file of its index for each, on a thread beside its loop, as
  other processes may have made sessions; the SDK's agent has nothing on disk.
- **Updates**: 50,000 chunks of 32 bytes in one turn.
- **Longest wait**: \`session/set_mode\` of one session, again and again, half a millisecond after
  each answer, while another session streams 50,000 chunks or replays a history of 20,000 messages,
  and right behind a prompt with an attached file of 30 MB. It shows how long the one loop of each
  agent is held, and what waits before the answer in its output.`;
}
