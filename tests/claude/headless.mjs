// One run of Claude Code itself in its streaming headless mode: what the executor builds on, driven
// directly.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';

import { defer, patience, within } from '../clients/cases.mjs';
import { environment } from '../clients/server.mjs';
import { claude } from './world.mjs';

export class Headless {
  lines = [];
  #listeners = new Set();

  constructor(world, args = [], env = {}) {
    this.child = spawn(claude, ['-p', '--input-format', 'stream-json', '--output-format',
      'stream-json', '--verbose', '--include-partial-messages', ...args],
    { cwd: world.project, env: environment({ ...world.environment(), ...env }) });
    this.exited = new Promise((done) => { this.child.on('exit', (code) => done(code)); });
    this.child.stdin.on('error', () => {});
    this.stderr = '';
    this.child.stderr.setEncoding('utf8').on('data', (part) => { this.stderr += part; });
    createInterface(this.child.stdout).on('line', (text) => {
      const line = JSON.parse(text);
      this.lines.push(line);
      for (const listener of [...this.#listeners]) listener(line);
    });
    defer(async () => {
      this.child.stdin.end();
      if (this.child.exitCode === null) this.child.kill('SIGKILL');
      await this.exited;
    });
  }

  /// Ends the input; the exit code.
  end() {
    this.child.stdin.end();
    return this.exited;
  }

  send(line) {
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  /// Hands every further line to `listener`.
  onLine(listener) {
    this.#listeners.add(listener);
  }

  /// The first line from the `from`th on that fits, now or later.
  waitFor(what, fits, from = 0) {
    const seen = this.lines.slice(from).find(fits);
    if (seen) return Promise.resolve(seen);
    return within(patience / 2, what, new Promise((done) => {
      const listener = (line) => {
        if (!fits(line)) return;
        this.#listeners.delete(listener);
        done(line);
      };
      this.#listeners.add(listener);
    }));
  }

  /// Asks for something by the control protocol.
  async control(request) {
    const id = randomUUID();
    this.send({ type: 'control_request', request_id: id, request });
    const { response } = await this.waitFor(request.subtype,
      ({ type, response: each }) => type === 'control_response' && each.request_id === id);
    return response;
  }

  /// Answers what Claude Code asked.
  answer({ request_id: id }, response) {
    this.send({ type: 'control_response',
      response: { subtype: 'success', request_id: id, response } });
  }

  /// Sends a prompt and gives its result.
  prompt(text) {
    const from = this.lines.length;
    this.send({ type: 'user', uuid: randomUUID(), message: { role: 'user', content: text } });
    return this.waitFor(`the result of ${text}`, ({ type }) => type === 'result', from);
  }

  of(type, subtype) {
    return this.lines.filter((line) => line.type === type &&
      (subtype === undefined || line.subtype === subtype));
  }
}
