// tine beside the adapter that others use for Claude Code, and beside Claude Code alone: start-up,
// the first words of an answer, forks, memory. All run the same pinned binary on the same mocked
// model, in turn, round after round, so that a slow moment of the machine falls on all of them.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { attempt, digits, middle, ratio } from './figures.mjs';
import { memoryKb, programOf, total, tree } from './processes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const claude = join(here, '../claude/node_modules/@anthropic-ai/claude-code-linux-x64/claude');
const adapter = join(here, 'node_modules/@agentclientprotocol/claude-agent-acp');
const mock = join(dirname(process.env.TINE), 'tests/mock/mock_model');

const rounds = 3;
const sessions = 10;
/// How long a person takes to type, at the least.
const typing = 1000;
/// Far more than anything takes: a bound against hanging.
const patience = 60_000;

const versionIn = (folder) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

const agents = {
  tine: { name: 'tine', command: [process.env.TINE, 'acp', '--backend', 'claude'], open: openAcp },
  adapter: { name: `claude-agent-acp ${versionIn(adapter)}, Node ${process.versions.node}`,
    command: [process.execPath, join(adapter, 'dist/index.js')], open: openAcp },
  alone: { name: `claude ${versionIn(dirname(claude))} alone`, open: openAlone },
};

const rows = [
  { label: 'spawn to the answer to `initialize`', key: 'startMs' },
  { label: '`session/new`', key: 'newMs' },
  { label: 'from `session/new` to the first words, prompted at once', key: 'newToWordsMs' },
  { label: 'first words, prompted a second after `session/new`', key: 'wordsMs' },
  { label: 'first words of a second prompt', key: 'nextWordsMs' },
  { label: '`session/fork`', key: 'forkMs' },
  { label: 'from `session/fork` to the first words, prompted at once', key: 'forkToWordsMs' },
  { label: 'memory of 1 session', key: 'oneKb' },
  { label: '… without Claude Code itself', key: 'oneOwnKb' },
  { label: `memory of ${sessions} sessions`, key: 'tenKb' },
  { label: '… without Claude Code itself', key: 'tenOwnKb' },
];

// --- the processes

/// A program that is spoken to in lines of JSON.
class Lines {
  #hearers = new Set();
  #said = '';

  constructor(command, { home, env }) {
    this.child = spawn(command[0], command.slice(1), { cwd: join(home, 'project'), env });
    this.gone = new Promise((done) => { this.child.on('close', done).on('error', done); });
    this.child.stdin.on('error', () => {});
    this.child.stderr.setEncoding('utf8').on('data', (part) => { this.#said += part; });
    createInterface(this.child.stdout).on('line', (text) => {
      const line = JSON.parse(text);
      for (const hear of [...this.#hearers]) hear(line);
    });
  }

  send(line) {
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  hear(hearer) {
    this.#hearers.add(hearer);
  }

  /// The next line that fits.
  async next(what, fits) {
    const bound = new AbortController();
    let hearer;
    const heard = new Promise((done) => {
      hearer = (line) => { if (fits(line)) done(line); };
      this.#hearers.add(hearer);
    });
    const late = pause(patience, 'too late', { signal: bound.signal }).catch(() => '');
    try {
      const line = await Promise.race([heard, late, this.gone.then(() => 'it is gone')]);
      if (typeof line !== 'string') return line;
      throw new Error(`${what}: ${line}; it said: ${this.#said.slice(-1000)}`);
    } finally {
      bound.abort();
      this.#hearers.delete(hearer);
    }
  }

  async end() {
    this.child.stdin.end();
    const bound = new AbortController();
    const late = pause(10_000, 'late', { signal: bound.signal }).catch(() => '');
    if (await Promise.race([this.gone, late]) === 'late') this.child.kill('SIGKILL');
    await this.gone;
    bound.abort();
  }
}

async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return { ms: performance.now() - begin, result };
}

/// An agent that speaks ACP. Its sessions are ids.
async function openAcp({ command }, home, env) {
  const lines = new Lines(command, { home, env });
  let last = 0;
  const ask = async (method, params) => {
    const id = ++last;
    lines.send({ jsonrpc: '2.0', id, method, params });
    const { error, result } = await lines.next(method, (line) => line.id === id && !line.method);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  };
  lines.hear(({ id, method }) => {
    if (method === undefined || id === undefined) return;
    lines.send({ jsonrpc: '2.0', id, error: { code: -32601, message: 'not here' } });
  });
  const where = { cwd: join(home, 'project'), mcpServers: [] };
  const begins = (session) => ({ method, params }) => method === 'session/update' &&
    params.sessionId === session && params.update.sessionUpdate === 'agent_message_chunk';
  const started = await timed(() =>
    ask('initialize', { protocolVersion: 1, clientCapabilities: {} }));
  return {
    startMs: started.ms,
    pids: () => [lines.child.pid],
    make: async () => (await ask('session/new', where)).sessionId,
    fork: async (sessionId) => (await ask('session/fork', { sessionId, ...where })).sessionId,
    /// Until the first words; `ended` is the whole turn.
    prompt: async (sessionId) => {
      const words = lines.next('the first words', begins(sessionId));
      const ended = ask('session/prompt',
        { sessionId, prompt: [{ type: 'text', text: '[[say: hello]]' }] });
      // A turn that fails says why, and sooner than its words are missed.
      await Promise.race([words, ended.then(() => words)]);
      return { ended };
    },
    end: () => lines.end(),
  };
}

/// Claude Code itself, one process for each session, told what tine tells it.
async function openAlone(agent, home, env) {
  const all = [];
  const start = async (args) => {
    const lines = new Lines([claude, '-p', '--input-format', 'stream-json', '--output-format',
      'stream-json', '--verbose', '--include-partial-messages', '--permission-prompt-tool',
      'stdio', ...args], { home, env });
    all.push(lines);
    lines.send({ type: 'control_request', request_id: '1', request: { subtype: 'initialize' } });
    await lines.next('initialize', ({ type }) => type === 'control_response');
    return lines;
  };
  const ids = new Map();
  const open = async (...args) => {
    const id = randomUUID();
    ids.set(id, await start(['--session-id', id, ...args]));
    return id;
  };
  return {
    pids: () => all.map(({ child }) => child.pid),
    make: () => open(),
    fork: (id) => open('--resume', id, '--fork-session'),
    prompt: async (id) => {
      const lines = ids.get(id);
      const words = lines.next('the first words',
        ({ event }) => event?.delta?.type === 'text_delta');
      const ended = lines.next('the result', ({ type }) => type === 'result');
      lines.send({ type: 'user', uuid: randomUUID(),
        message: { role: 'user', content: '[[say: hello]]' } });
      await words;
      return { ended };
    },
    end: () => Promise.all(all.map((lines) => lines.end())),
  };
}

/// Proportional set sizes: of all processes below and with `roots`, and of those among them that
/// are not Claude Code.
function memory(roots) {
  const pids = tree(...roots);
  const own = pids.filter((pid) => programOf(pid) !== claude);
  return { all: total(pids, memoryKb), own: total(own, memoryKb) };
}

/// Starts the mocked model.
async function startModel(home) {
  const child = spawn(mock, ['messages', join(home, 'requests.jsonl')],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((done) => { child.on('close', done); });
  const port = await new Promise((done, failed) => {
    createInterface(child.stdout).once('line', done);
    gone.then(() => failed(new Error('the mocked model does not start')));
  });
  return { port, end: () => { child.stdin.end(); return gone; } };
}

// --- what is measured

async function play(acp) {
  const turn = async (session) => { await (await acp.prompt(session)).ended; };
  const made = await timed(acp.make);
  const words = await timed(() => acp.prompt(made.result));
  await words.result.ended;
  const next = await timed(() => acp.prompt(made.result));
  await next.result.ended;
  const one = memory(acp.pids());

  const forked = await timed(() => acp.fork(made.result));
  const forkWords = await timed(() => acp.prompt(forked.result));
  await forkWords.result.ended;

  const rested = await acp.make();
  await pause(typing);
  const restedWords = await timed(() => acp.prompt(rested));
  await restedWords.result.ended;

  const others = Array.from({ length: sessions - 3 }, async () => turn(await acp.make()));
  await Promise.all(others);
  const ten = memory(acp.pids());
  return {
    startMs: acp.startMs, newMs: made.ms, newToWordsMs: made.ms + words.ms,
    wordsMs: restedWords.ms, nextWordsMs: next.ms,
    forkMs: forked.ms, forkToWordsMs: forked.ms + forkWords.ms,
    oneKb: one.all, oneOwnKb: one.own, tenKb: ten.all, tenOwnKb: ten.own,
  };
}

/// Plays one round of one agent, in a home of its own that holds nothing.
async function run(agent) {
  const home = mkdtempSync(join(tmpdir(), 'tine-bench-'));
  const model = await startModel(home);
  mkdirSync(join(home, 'project'));
  mkdirSync(join(home, '.config/tine'), { recursive: true });
  writeFileSync(join(home, '.config/tine/config.toml'),
    `[backends.claude]\nkind = "claude"\ncommand = ["${claude}"]\n`, { mode: 0o600 });
  const env = {
    HOME: home,
    PATH: '/usr/bin:/bin',
    CLAUDE_CODE_EXECUTABLE: claude,  // by which the adapter is told what to run
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${model.port}`,
    ANTHROPIC_API_KEY: 'none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
  };
  try {
    const opened = await agent.open(agent, home, env);
    try {
      return await play(opened);
    } finally {
      await opened.end();
    }
  } finally {
    await model.end();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

// --- the section

const figure = (key, value) =>
  (key.endsWith('Kb') ? `${digits(value / 1000)} MB` : `${digits(value)} ms`);

function table(samples) {
  const ids = Object.keys(agents);
  const lines = [`| | ${ids.map((id) => agents[id].name).join(' | ')} |`,
    `|---|${ids.map(() => '---:|').join('')}`];
  for (const { label, key } of rows) {
    const values = (id) => samples.get(id).map((numbers) => numbers?.[key]);
    const cells = ids.map((id) => {
      // Claude Code alone has no figure for what it does not do.
      if (values(id).every((value) => value === 0)) return '';
      const text = middle(values(id), (value) => figure(key, value));
      return id === 'tine' ? text : text + ratio(values('tine'), values(id));
    });
    lines.push(`| ${label} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

export default async function measure(note) {
  const samples = new Map(Object.keys(agents).map((id) => [id, []]));
  for (let round = 0; round < rounds; ++round) {
    note(`round ${round + 1} of ${rounds}`);
    const ids = Object.keys(agents);
    for (const id of round % 2 === 0 ? ids : ids.reverse()) {
      const what = `Claude Code, ${agents[id].name}, round ${round + 1}`;
      samples.get(id).push(await attempt(what, () => run(agents[id]), note));
    }
  }
  return `## Claude Code

${table(samples)}

Each cell is the median of ${rounds} rounds in which the three take turns; the bold number says how
many times what tine needs the other one needs, with the range over the rounds. All run the same
binary against a mocked model on loopback that answers at once: what is left is what the agents and
Claude Code itself take. Memory is the kernel's proportional set size of all processes.

- tine answers \`session/new\` and \`session/fork\` before Claude Code has started, the adapter
  afterwards: compare them by the rows that go on to the first words.
- **claude alone** is Claude Code with a process for each session and the arguments that tine gives
  it: what no agent around it can save. Its \`session/new\` and \`session/fork\` are the start of
  such a process up to its answer to \`initialize\`.
- **Of ${sessions} sessions** one is the fork, and each has had a turn. Some of tine's sleep then:
  it lets only so many idle processes live ([claude.md](claude.md#sleeping)).`;
}
