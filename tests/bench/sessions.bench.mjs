// A session with a transcript of 200 MB, met by a new process: how long it takes to resume, to fork
// and to load, and how soon a cancel on another session is answered meanwhile. And one with 200 MB of
// pictures: what a client is sent of it within a budget, and what memory that takes.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const turns = 200;
const chunks = 16;
const bytes = 65536;

/// A client that looks at nothing but answers: what it costs must not hide what the server does.
class Server {
  #waiting = new Map();
  #rest = Buffer.alloc(0);
  #id = 0;
  received = 0;

  constructor(home) {
    this.child = spawn(process.env.TINE, ['acp', '--backend', 'rehearsal'],
      { cwd: home, env: { HOME: home, PATH: '/usr/bin:/bin' }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (data) => this.#take(data));
  }

  #take(data) {
    this.received += data.length;
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    let begin = 0;
    for (let end; (end = all.indexOf(10, begin)) >= 0; begin = end + 1) {
      const head = all.subarray(begin, Math.min(end, begin + 40)).toString('latin1');
      const answer = /^\{"jsonrpc":"2.0","id":(\d+)/.exec(head);
      if (!answer) continue;
      const message = JSON.parse(all.subarray(begin, end).toString());
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
    this.#rest = all.subarray(begin);
  }

  notify(method, params) {
    this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', method, params }) + '\n');
  }

  async ask(method, params) {
    const id = ++this.#id;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n');
    const message = await answer;
    if (message.error) throw new Error(`${method}: ${message.error.message}`);
    return message.result;
  }

  async begin() {
    await this.ask('initialize', { protocolVersion: 1, clientCapabilities: {} });
    return this;
  }

  async end() {
    const gone = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.stdin.end();
    await gone;
  }
}

async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return { ms: performance.now() - begin, result };
}

/// The most memory that a process has had, in bytes.
const peak = ({ child }) =>
  1024 * Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]);

const prompt = (sessionId, text) => ({ sessionId, prompt: [{ type: 'text', text }] });

const sizeBelow = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/// What a load sends to a client that has not said more than `meta`.
async function loadWithin(home, where, meta) {
  const server = await new Server(home).begin();
  await server.ask('session/resume', where);
  const [before, small] = [server.received, peak(server)];
  const { ms, result } = await timed(() => server.ask('session/load', { ...where, _meta: meta }));
  const figures = { ms, sent: server.received - before, grown: peak(server) - small,
    left: result._meta.tine.load?.leftOut.parts ?? 0 };
  await server.end();
  return figures;
}

async function pictures(note) {
  const home = mkdtempSync(join(tmpdir(), 'tine-bench-'));
  try {
    note('a session of 200 MB of pictures');
    const first = await new Server(home).begin();
    const { sessionId } = await first.ask('session/new', { cwd: home, mcpServers: [] });
    const picture = { type: 'image', mimeType: 'image/png', data: 'iVBORw0K'.repeat(131072) };
    for (let turn = 0; turn < turns; ++turn) {
      const asked = prompt(sessionId, `Look at picture ${turn}.`);
      await first.ask('session/prompt', { ...asked, prompt: [...asked.prompt, picture] });
    }
    await first.end();
    const size = sizeBelow(join(home, '.local/state/tine'));
    const where = { sessionId, cwd: home, mcpServers: [] };
    const some = await loadWithin(home, where, {});
    const all = await loadWithin(home, where, { tine: { load: { max_bytes: 0 } } });
    return { size, some, all };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

export default async function sessions(note) {
  const home = mkdtempSync(join(tmpdir(), 'tine-bench-'));
  try {
    note('a session of 200 MB');
    const first = await new Server(home).begin();
    const { sessionId } = await first.ask('session/new', { cwd: home, mcpServers: [] });
    const made = await timed(async () => {
      for (let turn = 0; turn < turns; ++turn)
        await first.ask('session/prompt', prompt(sessionId, `[[burst:${chunks}:${bytes}]]`));
    });
    await first.end();
    const size = sizeBelow(join(home, '.local/state/tine'));

    const where = { sessionId, cwd: home, mcpServers: [] };
    const server = await new Server(home).begin();
    const resume = await timed(() => server.ask('session/resume', where));
    const fork = await timed(() => server.ask('session/fork', where));
    const early = await timed(() => server.ask('session/fork',
      { ...where, _meta: { tine: { fork: { at: 3 } } } }));

    const { sessionId: other } = await server.ask('session/new', { cwd: home, mcpServers: [] });
    const hanging = server.ask('session/prompt', prompt(other, '[[hang]]'));
    const before = server.received;
    const loading = timed(() => server.ask('session/load', where));
    await new Promise((resolve) => server.child.stdout.once('data', resolve));
    const cancel = await timed(() => {
      server.notify('session/cancel', { sessionId: other });
      return hanging;
    });
    const load = await loading;
    const sent = server.received - before;
    await server.end();

    const shown = await pictures(note);
    const mb = (count) => Math.round(count / 1e6).toLocaleString('en');
    const tenths = (count) => (count / 1e6).toFixed(1);
    const figure = (ms) => `${ms < 10 ? ms.toPrecision(2) : Math.round(ms)} ms`;
    return `## A long session

${turns} turns, ${mb(size)} MB on disk, opened by a process that has not seen it before.

| | | aim |
|---|---|---|
| recorded, as the client reads it | ${mb(size / made.ms * 1000)} MB/s | |
| \`session/resume\` | ${figure(resume.ms)} | well under a second |
| \`session/fork\` at its end | ${figure(fork.ms)} | a few ms |
| \`session/fork\` at its third turn | ${figure(early.ms)} | a few ms |
| \`session/load\` | ${mb(sent / load.ms * 1000)} MB/s | hundreds of MB/s |
| a cancel on another session meanwhile | ${figure(cancel.ms)} | at once |

## A long history within a budget

A session of ${turns} prompts with a picture of 1 MB each, ${mb(shown.size)} MB on disk, loaded by a
process that has not seen it before. The memory is what the process needed at its peak beyond what it
had before the load.

| \`load.max_bytes\` | sent to the client | left out | time | memory |
|---|---:|---:|---:|---:|
| 8 MiB, the default | ${tenths(shown.some.sent)} MB | ${shown.some.left} pictures | ${figure(shown.some.ms)} | ${tenths(shown.some.grown)} MB |
| 0: all | ${tenths(shown.all.sent)} MB | ${shown.all.left} | ${figure(shown.all.ms)} | ${tenths(shown.all.grown)} MB |`;
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
