// Codex behind tine, behind the other adapter for it, and driven directly, all with the same binary
// on the same mocked model: how long until something is said, what is added to each chunk, memory,
// forks. The three take turns, round after round, so that a slow moment of the machine falls on all.

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { attempt, digits, median, middle, ratio } from './figures.mjs';
import { cpuNs, memoryKb, programOf, total, tree } from './processes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, 'node_modules');
const mock = join(dirname(process.env.TINE), 'tests/mock/mock_model');
const codex = join(packages, '@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex');
const adapter = join(packages, '@agentclientprotocol/codex-acp/dist/index.js');

const rounds = 5;
const paced = 300;  // chunks of the turn in which each is timed
const pause = 4;  // ms between them
const burst = 5000;  // chunks of the turn in which processor time is counted
const patience = 60_000;
const settling = 300;  // ms before the look at memory

const versionOf = (name) =>
  JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')).version;
const since = (start) => Number(process.hrtime.bigint() - start) / 1e6;
const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

/// A client of JSON-RPC over the pipes of a process.
class Peer {
  #waiting = new Map();
  #id = 0;
  onNotification = () => {};

  constructor(command, env, cwd) {
    this.child = spawn(command[0], command.slice(1), { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    this.ended = new Promise((done) => { this.child.on('exit', done); });
    createInterface(this.child.stdout).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.method === undefined) {
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
      } else if (message.id === undefined) {
        this.onNotification(message);
      }
    });
  }

  send(message) { this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`); }

  async ask(method, params) {
    const id = ++this.#id;
    let timer;
    const answer = await new Promise((done, failed) => {
      this.#waiting.set(id, done);
      timer = setTimeout(() => failed(new Error(`no answer to ${method}`)), patience);
      this.send({ id, method, params });
    });
    clearTimeout(timer);
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  async end() {
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(timer);
  }
}

/// An agent of ACP.
const acp = {
  async initialize(peer) {
    await peer.ask('initialize', { protocolVersion: 1, clientCapabilities: {} });
  },
  async open(peer, cwd) {
    return (await peer.ask('session/new', { cwd, mcpServers: [] })).sessionId;
  },
  async prompt(peer, session, text, onChunk) {
    peer.onNotification = ({ params: { update } }) => {
      if (update?.sessionUpdate === 'agent_message_chunk') onChunk(update.content.text);
    };
    await peer.ask('session/prompt', { sessionId: session, prompt: [{ type: 'text', text }] });
  },
  async fork(peer, session, cwd) {
    await peer.ask('session/fork', { sessionId: session, cwd, mcpServers: [] });
  },
};

/// app-server itself.
const direct = {
  async initialize(peer) {
    await peer.ask('initialize', { clientInfo: { name: 'bench', version: '1' },
      capabilities: { experimentalApi: true } });
    peer.send({ method: 'initialized' });
  },
  async open(peer, cwd) {
    return (await peer.ask('thread/start', { cwd })).thread.id;
  },
  async prompt(peer, thread, text, onChunk) {
    const ended = new Promise((done) => {
      peer.onNotification = ({ method, params }) => {
        if (method === 'item/agentMessage/delta') onChunk(params.delta);
        if (method === 'turn/completed') done();
      };
    });
    await peer.ask('turn/start', { threadId: thread, input: [{ type: 'text', text }] });
    await ended;
  },
  async fork(peer, thread) {
    await peer.ask('thread/fork', { threadId: thread, excludeTurns: true });
  },
};

const agents = {
  tine: { name: 'tine', speaks: acp, command: [process.env.TINE, 'acp', '--backend', 'codex'] },
  adapter: { name: `codex-acp ${versionOf('@agentclientprotocol/codex-acp')}, Node `
      + process.versions.node, speaks: acp, command: [process.execPath, adapter] },
  direct: { name: 'directly', speaks: direct, command: [codex, 'app-server'] },
};

const rows = [
  { key: 'initialized', label: 'spawn to the answer to `initialize`', unit: 'ms' },
  { key: 'opened', label: '… to that of `session/new`', unit: 'ms' },
  { key: 'spoken', label: '… to the first chunk of the first prompt', unit: 'ms' },
  { key: 'chunkUs', label: 'model to client, a chunk', unit: 'µs' },
  { key: 'addedUs', label: 'of that added to Codex\'s own', unit: 'µs', of: ['tine', 'adapter'],
    isDifference: true },
  { key: 'cpuUs', label: 'processor time of a chunk, without Codex\'s', unit: 'µs',
    of: ['tine', 'adapter'] },
  { key: 'forked', label: '`session/fork`', unit: 'ms' },
  { key: 'ownKb', label: 'memory, without Codex\'s', unit: 'kB', of: ['tine', 'adapter'] },
  { key: 'allKb', label: 'memory of all processes', unit: 'kB' },
];

// --- measuring

function furnish(home, port) {
  mkdirSync(join(home, '.codex'));
  mkdirSync(join(home, 'project'));
  writeFileSync(join(home, '.codex/config.toml'), `
model = "gpt-5.5"
model_provider = "mock"
check_for_update_on_startup = false
[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
[projects."${home}/project"]
trust_level = "trusted"
`);
  mkdirSync(join(home, '.config/tine'), { recursive: true });
  const configuration = join(home, '.config/tine/config.toml');
  writeFileSync(configuration, `[backends.codex]\nkind = "codex"\ncommand = ["${codex}"]\n`);
  chmodSync(configuration, 0o600);
}

async function play({ speaks, command }, home) {
  const env = { HOME: home, PATH: '/usr/bin:/bin', OPENAI_API_KEY: 'none', CODEX_PATH: codex };
  const cwd = join(home, 'project');
  const numbers = {};
  const start = process.hrtime.bigint();
  const peer = new Peer(command, env, cwd);
  try {
    await speaks.initialize(peer);
    numbers.initialized = since(start);
    const session = await speaks.open(peer, cwd);
    numbers.opened = since(start);
    await speaks.prompt(peer, session, '[[say: good morning]]',
      () => { numbers.spoken ??= since(start); });

    const taken = [];
    await speaks.prompt(peer, session, `[[clock: ${paced} ${pause}]]`, (text) => {
      const sent = /^(\d+) $/.exec(text);
      if (sent) taken.push(since(BigInt(sent[1])) * 1000);
    });
    if (taken.length < paced * 0.9) throw new Error(`only ${taken.length} chunks came singly`);
    numbers.chunkUs = median(taken);

    const own = tree(peer.child.pid).filter((pid) => !programOf(pid).includes('/codex'));
    const before = total(own, cpuNs);
    await speaks.prompt(peer, session, `[[slow: ${burst} 0]]`, () => {});
    numbers.cpuUs = (total(own, cpuNs) - before) / burst / 1000;

    const forks = [];
    for (let i = 0; i < 3; ++i) {
      const asked = process.hrtime.bigint();
      await speaks.fork(peer, session, cwd);
      forks.push(since(asked));
    }
    numbers.forked = median(forks);

    await sleep(settling);
    numbers.ownKb = total(own, memoryKb);
    numbers.allKb = total(tree(peer.child.pid), memoryKb);
    return numbers;
  } finally {
    await peer.end();
  }
}

/// Plays one agent in a home of its own, with a model of its own.
async function run(agent) {
  const home = mkdtempSync(join(tmpdir(), 'tine-bench-'));
  const model = spawn(mock, ['responses', join(home, 'requests.jsonl')],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((done) => { model.on('exit', done); });
  try {
    const port = await new Promise((done) => { createInterface(model.stdout).once('line', done); });
    furnish(home, port);
    return await play(agent, home);
  } finally {
    model.stdin.end();
    await gone;
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

// --- telling

const figure = (value, unit) =>
  (unit === 'kB' ? `${digits(value / 1000)} MB` : `${digits(value)} ${unit}`);

function table(samples) {
  const columns = Object.keys(agents);
  const lines = [`| | ${columns.map((id) => agents[id].name).join(' | ')} |`,
    `|---|${columns.map(() => '---:|').join('')}`];
  for (const { key, label, unit, of = columns, isDifference } of rows) {
    const values = (id) => samples[id].map((numbers) => numbers?.[key]);
    const cells = columns.map((id) => {
      if (!of.includes(id)) return '';
      const text = middle(values(id), (value) => figure(value, unit));
      return id === 'adapter' && !isDifference ? text + ratio(values('tine'), values(id)) : text;
    });
    lines.push(`| ${label} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

export default async function measure(note) {
  const samples = { tine: [], adapter: [], direct: [] };
  for (let round = 0; round < rounds; ++round) {
    note(`round ${round + 1} of ${rounds}`);
    const order = Object.keys(agents);
    for (const id of round % 2 === 0 ? order : order.reverse()) {
      const what = `Codex, ${agents[id].name}, round ${round + 1}`;
      samples[id].push(await attempt(what, () => run(agents[id]), note));
    }
    for (const numbers of order.map((id) => samples[id][round])) {
      if (numbers) numbers.addedUs = numbers.chunkUs - samples.direct[round]?.chunkUs;
    }
  }
  return `## Codex

${table(samples)}

Codex ${versionOf('@openai/codex')} in all three, with the mocked model of the tests behind it. Each
cell is the median of ${rounds} rounds in which the three take turns; the bold number says how many
times what tine needs the other adapter for Codex needs, with the range over the rounds.

- **Directly** is \`codex app-server\` with nothing before it: \`thread/start\`, \`turn/start\`,
  \`thread/fork\`.
- **codex-acp** starts Codex before it answers \`initialize\`, tine with the first prompt: so the line
  to compare is that of the first chunk.
- **Model to client**: the median of ${paced} chunks, ${pause} ms apart, from the mock's write to the
  client's read. **Processor time**: of a turn of ${burst.toLocaleString('en')} chunks as fast as Codex gives
  them. Both without Codex's own, with tine's guardian.
- **Memory**: the kernel's proportional set size after three turns and three forks.`;
}
