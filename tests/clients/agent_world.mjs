// The program with a real agent behind it, in a home of their own.

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory } from './cases.mjs';
import { Server } from './server.mjs';

export class AgentWorld {
  #kind;
  #name;

  /// `kind` is that of the backend, `name` what it is called; `model` is the service behind it.
  constructor(kind, model, name = kind) {
    this.#kind = kind;
    this.#name = name;
    this.model = model;
    this.home = directory(`${name}-home`);
    this.project = directory('project');
  }

  get configuration() { return join(this.home, 'config/tine/config.toml'); }

  /// Writes the program's own configuration; `backend` are the lines of its one backend.
  configure(backend) {
    mkdirSync(join(this.home, 'config/tine'), { recursive: true });
    writeFileSync(this.configuration,
      `default_backend = "${this.#name}"\n[backends.${this.#name}]\nkind = "${this.#kind}"\n` +
      `${backend}\n`);
    chmodSync(this.configuration, 0o600);
  }

  environment() {
    return { HOME: this.home, XDG_CONFIG_HOME: `${this.home}/config`,
      XDG_STATE_HOME: `${this.home}/state` };
  }

  /// Starts the program for a client of that name, or of none; more than one may run.
  async serve(capabilities = {}, name = undefined) {
    const server = new Server({ env: this.environment(), cwd: this.project });
    await server.initialize(capabilities, name && { name, version: '1.0.0' });
    return server;
  }

  /// What the program answers to initialize.
  initialize(capabilities) {
    return new Server({ env: this.environment(), cwd: this.project }).initialize(capabilities);
  }

  /// The program with a session.
  async open(capabilities = {}, name = undefined) {
    const server = await this.serve(capabilities, name);
    return { server, session: await server.newSession(this.project) };
  }

  /// The text of a session's transcript.
  transcript(session) {
    const folder = join(this.home, 'state');
    const file = readdirSync(folder, { recursive: true })
      .find((name) => name.endsWith(join(session, 'transcript.jsonl')));
    return readFileSync(join(folder, file), 'utf8');
  }

  /// The lines of it as words: what happened, in order.
  story(session) {
    const said = ({ type, data }) => {
      if (type === 'update') return data.update?.sessionUpdate ?? data.sessionUpdate ?? type;
      if (type === 'turn_end') return `${type}: ${data.stopReason ?? data.stop}`;
      return type;
    };
    const words = this.transcript(session).split('\n').filter(Boolean)
      .map((line) => said(JSON.parse(line)));
    // Chunks and other repetitions are one word.
    return words.filter((word, i) => word !== words[i - 1]);
  }
}
