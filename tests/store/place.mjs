// A state directory and a project that several servers share, and what is in the files there.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, until } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

export class Place {
  constructor({ state = directory('state'), cwd = directory('project') } = {}) {
    this.state = state;
    this.cwd = cwd;
  }

  get env() { return { XDG_STATE_HOME: this.state, TINE_LOG_LEVEL: 'warning' }; }

  /// A server that has been initialized.
  async serve({ capabilities = {}, env = {}, ...options } = {}) {
    const server = new Server({ ...options, env: { ...this.env, ...env } });
    await server.initialize(capabilities);
    return server;
  }

  async make(server, params = {}) {
    const all = { cwd: this.cwd, mcpServers: [], ...params };
    return (await server.request('session/new', all)).sessionId;
  }

  load(server, sessionId, fromSeq) {
    const meta = fromSeq === undefined ? {} : { _meta: { tine: { fromSeq } } };
    return server.request('session/load', { sessionId, cwd: this.cwd, mcpServers: [], ...meta });
  }

  resume(server, sessionId) {
    return server.request('session/resume', { sessionId, cwd: this.cwd, mcpServers: [] });
  }

  async fork(server, sessionId, at) {
    const meta = at === undefined ? {} : { _meta: { tine: { fork: { at } } } };
    const params = { sessionId, cwd: this.cwd, mcpServers: [], ...meta };
    return (await server.request('session/fork', params)).sessionId;
  }

  /// All pages of the list, by id.
  async list(server) {
    const found = new Map();
    for (let cursor; cursor !== null;) {
      const page = await server.request('session/list', cursor ? { cursor } : {});
      for (const each of page.sessions) {
        assert.ok(!found.has(each.sessionId), `${each.sessionId} is listed twice`);
        found.set(each.sessionId, each);
      }
      cursor = page.nextCursor ?? null;
    }
    return found;
  }

  /// Waits until a session's transcript says something.
  recorded(sessionId, text) {
    return until(`${text} to be recorded`,
      () => readFileSync(join(this.folder(sessionId), 'transcript.jsonl'), 'utf8').includes(text));
  }

  /// All that stands in files, a file after the other.
  everything() {
    return readdirSync(this.state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
  }

  /// The folder of a session.
  folder(sessionId) {
    const root = join(this.state, 'tine');
    const project = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
      .find(({ name }) => readdirSync(join(root, name, 'sessions')).includes(sessionId));
    return join(root, project.name, 'sessions', sessionId);
  }
}

/// What the agent says to a prompt, from the moment on when it is sent.
export async function said(server, sessionId, prompt) {
  const heard = server.text(sessionId).length;
  const answer = await server.prompt(sessionId, prompt);
  assert.equal(answer.stopReason, 'end_turn');
  return server.text(sessionId).slice(heard);
}

/// What recall recites when it was told these things.
export const recalled = (told) => (told.length === 0 ? 'I was told nothing yet.' :
  `I was told:${told.map((each, i) => `\n${i + 1}. ${each}`).join('')}`);

/// Waits for the failure of a request and gives its kind, message and data.
export async function refused(request) {
  const fault = await request.then((result) => {
    throw new Error(`it was answered: ${JSON.stringify(result)}`);
  }, (error) => error);
  assert.ok(fault.data?.tine, String(fault));
  return { kind: fault.data.tine.kind, hint: fault.data.tine.hint, data: fault.data,
    message: fault.message.replace(/^-?\d+ /, '') };
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

export function crc32c(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff];
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}

/// A transcript that is read on as it grows, each line judged by its form.
export class TranscriptFile {
  records = [];
  /// The records that end turns, by the turn's number.
  ends = new Map();
  #offset = 0;
  #next = null;

  constructor(folder) { this.path = join(folder, 'transcript.jsonl'); }

  /// Reads what is new; gives the bytes behind the last whole line.
  read() {
    const bytes = readFileSync(this.path);
    for (let end; (end = bytes.indexOf(10, this.#offset)) >= 0;) {
      const line = bytes.subarray(this.#offset, end);
      this.#offset = end + 1;
      const record = JSON.parse(line);
      const signed = line.subarray(0, line.lastIndexOf(',"crc"'));
      assert.equal(record.crc, crc32c(signed), `line ${record.seq} of ${this.path}`);
      assert.equal(record.v, 1);
      if (this.#next !== null) assert.equal(record.seq, this.#next, this.path);
      this.#next = record.seq + 1;
      this.records.push(record);
      if (record.type !== 'turn_end' && record.type !== 'turn_aborted') continue;
      assert.ok(!this.ends.has(record.data.turn), `turn ${record.data.turn} of ${this.path} ends twice`);
      this.ends.set(record.data.turn, record);
    }
    return bytes.length - this.#offset;
  }
}
