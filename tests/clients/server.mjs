// One run of the program: its descriptors, a plain client of its protocol, and an ear that judges
// every line it says.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { defer, directory, patience, program, until, within } from './cases.mjs';
import { checkAgentMessage } from './schema.mjs';

/// Of one kind of update so many are judged, of the further ones each thousandth: judging takes far
/// longer than sending. With 0 no message is judged.
const fullyJudged = 500;

/// An environment in which nothing of this machine's user is found.
export function environment(extra = {}) {
  const home = directory('home');
  const { ASAN_OPTIONS, UBSAN_OPTIONS, PATH, TMPDIR } = process.env;
  const own = { ASAN_OPTIONS, UBSAN_OPTIONS, PATH, TMPDIR, HOME: home,
    XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state`, ...extra };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

/// Runs the program to its end and gives {code, signal, stdout, stderr}.
export async function runProgram(args, { input = '', env = {}, cwd, command = program } = {}) {
  const child = spawn(command, args, { env: environment(env), cwd: cwd ?? directory('cwd') });
  defer(() => { if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL'); });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (part) => { text[name] += part; });
  }
  child.stdin.on('error', () => {});
  if (input !== null) child.stdin.end(input);
  const ended = new Promise((done) => {
    child.on('close', (code, signal) => done({ code, signal, ...text }));
  });
  return within(patience, `${args.join(' ')} to end`, ended);
}

export class RpcError extends Error {
  constructor({ code, message, data }) {
    super(`${code} ${message}`);
    this.code = code;
    this.data = data;
  }
}

export class Server {
  messages = [];
  stderr = '';
  /// What the client does when it is asked: method to a function of the parameters.
  handlers = {};
  /// Requests that an agent behind the program has of its own: no schema has them, and a client that
  /// does not know them refuses them.
  foreign = new Set();
  /// Called with each message that comes.
  onMessage = () => {};

  #pending = new Map();
  #methods = new Map();
  #parts = [];
  #nextId = 1;
  #faults = [];
  #toJudge;
  #judged = new Map();
  #waiting = new Set();
  #directories = new Map();

  constructor({ command = [program, 'acp'], stdio = ['pipe', 'pipe', 'pipe'], env = {}, cwd,
    judged = fullyJudged } = {}) {
    this.#toJudge = judged;
    this.child = spawn(command[0], command.slice(1),
      { stdio, env: environment(env), cwd: cwd ?? directory('cwd') });
    this.exited = new Promise((done) => {
      this.child.on('exit', (code, signal) => done({ code, signal }));
      this.child.on('error', (fault) => done({ code: String(fault), signal: null }));
    });
    this.child.stderr?.setEncoding('utf8').on('data', (part) => { this.stderr += part; });
    this.stdin = this.child.stdin;
    if (this.stdin) this.writeTo(this.stdin);
    if (this.child.stdout) this.readFrom(this.child.stdout);
    defer(() => this.#leave());
  }

  get pid() { return this.child.pid; }

  /// Makes a stream the server's input.
  writeTo(stream) {
    this.stdin = stream;
    stream.on('error', () => {});  // the server may be gone
  }

  /// Listens to a stream that is the server's output.
  readFrom(stream) {
    this.stdout = stream;
    this.ended = new Promise((done) => { stream.on('close', done).on('end', done); });
    stream.setEncoding('utf8').on('data', (part) => this.#hear(part)).on('error', () => {});
  }

  async #leave() {
    this.stdin?.end();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.stdout?.resume();
      const gone = await Promise.race([this.exited, within(20_000, 'exit', this.exited).catch(() => null)]);
      if (!gone) {
        this.child.kill('SIGKILL');
        throw new Error(`the server did not end on EOF; its stderr: ${this.stderr}`);
      }
    }
    if (this.#faults.length > 0) throw new Error(this.#faults.slice(0, 20).join('\n'));
  }

  // --- listening

  #hear(part) {
    // A line of many megabytes comes in many parts: they are put together once.
    const lines = part.split('\n');
    if (lines.length === 1) {
      this.#parts.push(part);
      return;
    }
    lines[0] = this.#parts.join('') + lines[0];
    this.#parts = [lines.pop()];
    for (const line of lines) this.#line(line);
  }

  /// Hands every further line to `listen` as it is, and neither keeps nor judges any.
  listenRaw(listen) {
    this.#line = listen;
  }

  #line = (line) => {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      this.#faults.push(`not JSON on stdout: ${line.slice(0, 200)}`);
      return;
    }
    this.#judge(message, line);
    this.messages.push(message);
    this.onMessage(message);
    if ('method' in message) {
      if ('id' in message) this.#answer(message);
    } else {
      this.#settle(message);
    }
    for (const look of this.#waiting) look(message);
  };

  #judge(message, line) {
    if (this.#toJudge === 0 || this.foreign.has(message.method)) return;
    const kind = message.params?.update?.sessionUpdate;
    if (kind !== undefined) {
      const seen = (this.#judged.get(kind) ?? 0) + 1;
      this.#judged.set(kind, seen);
      if (seen > this.#toJudge && seen % 1000 !== 0) return;
    }
    const faults = checkAgentMessage(message, (id) => this.#methods.get(JSON.stringify(id)));
    if (faults.length > 0) this.#faults.push(`${faults.join('; ')} in ${line.slice(0, 1000)}`);
  }

  async #answer({ id, method, params }) {
    if (this.foreign.has(method)) {
      this.send({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } });
      return;
    }
    const handler = this.handlers[method];
    if (!handler) return;  // the driver of a real client answers, or nobody does
    const answer = { jsonrpc: '2.0', id };
    try {
      answer.result = (await handler(params, id)) ?? {};
    } catch (fault) {
      answer.error = { code: fault.code ?? -32603, message: fault.message };
    }
    this.send(answer);
  }

  #settle(message) {
    const asked = this.#pending.get(message.id);
    if (!asked) return;
    this.#pending.delete(message.id);
    if (message.error) asked.reject(new RpcError(message.error)); else asked.resolve(message.result);
  }

  /// The first message, of those that have come and those that will, for which `holds`.
  waitFor(what, holds) {
    const past = this.messages.find(holds);
    if (past) return Promise.resolve(past);
    return within(patience / 2, what, new Promise((done) => {
      const look = (message) => {
        if (!holds(message)) return;
        this.#waiting.delete(look);
        done(message);
      };
      this.#waiting.add(look);
    }));
  }

  updates(sessionId, kind) {
    return this.messages.filter(({ method, params }) => method === 'session/update' &&
      params.sessionId === sessionId && (!kind || params.update.sessionUpdate === kind))
      .map(({ params }) => params.update);
  }

  /// What was still said of a turn after the first answer "cancelled".
  afterCancelled(turn) {
    const end = this.messages.findIndex(({ result }) => result?.stopReason === 'cancelled');
    return this.messages.slice(end + 1)
      .filter(({ params }) => JSON.stringify(params ?? '').includes(`"${turn}-`));
  }

  /// Everything that the agent has said in a session.
  text(sessionId) {
    return this.updates(sessionId, 'agent_message_chunk').map(({ content }) => content.text).join('');
  }

  // --- talking

  /// Notes what is asked, so that the answer can be judged.
  note(message) {
    if ('id' in message && 'method' in message) {
      this.#methods.set(JSON.stringify(message.id), message.method);
    }
  }

  send(message) {
    this.note(message);
    this.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /// Puts all that `say` sends into one write.
  together(say) {
    const { stdin } = this;
    const parts = [];
    this.stdin = { write: (text) => { parts.push(text); } };
    try {
      return say();
    } finally {
      this.stdin = stdin;
      stdin.write(parts.join(''));
    }
  }

  notify(method, params) {
    this.send({ jsonrpc: '2.0', method, params });
  }

  request(method, params = {}) {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => { this.#pending.set(id, { resolve, reject }); });
    answer.id = id;
    answer.catch(() => {});  // whoever wants the failure awaits it
    this.send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  /// As a client that is told all of an error. `clientInfo` is what it calls itself, if anything.
  initialize({ _meta, ...capabilities } = {}, clientInfo = undefined) {
    const clientCapabilities = { ...capabilities, _meta: { tine: {}, ..._meta } };
    return this.request('initialize', { protocolVersion: 1, clientCapabilities, clientInfo });
  }

  async newSession(cwd = directory('project')) {
    const { sessionId } = await this.request('session/new', { cwd, mcpServers: [] });
    this.#directories.set(sessionId, cwd);
    return sessionId;
  }

  cwdOf(sessionId) { return this.#directories.get(sessionId); }

  prompt(sessionId, text) {
    return this.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  }

  /// Initializes and opens a session.
  static async open(options = {}, capabilities = {}) {
    const server = new Server(options);
    await server.initialize(capabilities);
    return { server, session: await server.newSession() };
  }

  /// A number of kB from the kernel's account of the process: VmRSS, VmHWM.
  memory(name) {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]);
  }

  /// Ticks of the clock that the process has used.
  processorTime() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  }

  /// Waits until the program has stopped of itself: it has used no more time on the processor for a
  /// while.
  async standstill() {
    let last = -1;
    let since = Date.now();
    await until('the program to stand still', async () => {
      const now = this.processorTime();
      if (now !== last) {
        last = now;
        since = Date.now();
      }
      return Date.now() - since > 500;
    });
  }

  /// The bytes in and out as web streams, for a client library to use.
  streams() {
    const server = this;
    const input = new WritableStream({
      write(bytes) {
        const text = new TextDecoder().decode(bytes);
        for (const line of text.split('\n')) if (line) server.note(JSON.parse(line));
        return new Promise((done) => { server.stdin.write(bytes, () => done()); });
      },
      close() { server.stdin.end(); },
    });
    let open = true;
    const output = new ReadableStream({
      start(controller) {
        const encoder = new TextEncoder();
        server.stdout.on('data', (text) => { if (open) controller.enqueue(encoder.encode(text)); });
        server.ended.then(() => { if (open) controller.close(); });
      },
      cancel() { open = false; },
    });
    return { input, output };
  }
}
