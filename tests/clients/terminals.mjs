// The terminals of a client: commands that it runs for an agent, as the protocol describes them.

import { spawn } from 'node:child_process';

import { defer } from './cases.mjs';
import { environment } from './server.mjs';

export class Terminals {
  /// The names of the calls that came, in order.
  calls = [];
  open = new Map();
  #count = 0;

  constructor() {
    defer(() => { for (const id of this.open.keys()) this.release({ terminalId: id }); });
  }

  create({ command, args = [], cwd, env = [], outputByteLimit }) {
    this.calls.push('create');
    const extra = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    // A group of its own, so that a kill reaches what the command has started.
    const child = spawn(command, args, { cwd, env: environment(extra), detached: true });
    const terminal = { child, output: '', truncated: false, status: null };
    const take = (part) => {
      terminal.output += part;
      if (outputByteLimit !== undefined && terminal.output.length > outputByteLimit) {
        terminal.output = terminal.output.slice(-outputByteLimit);
        terminal.truncated = true;
      }
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    terminal.ended = new Promise((done) => {
      child.on('close', (exitCode, signal) => {
        terminal.status = { exitCode, signal };
        done(terminal.status);
      });
    });
    this.#count += 1;
    const terminalId = `terminal-${this.#count}`;
    this.open.set(terminalId, terminal);
    return { terminalId };
  }

  output({ terminalId }) {
    this.calls.push('output');
    const { output, truncated, status } = this.open.get(terminalId);
    return { output, truncated, ...(status && { exitStatus: status }) };
  }

  waitForExit({ terminalId }) {
    this.calls.push('wait_for_exit');
    return this.open.get(terminalId).ended;
  }

  kill({ terminalId }) {
    this.calls.push('kill');
    this.#end(terminalId);
    return {};
  }

  release({ terminalId }) {
    this.calls.push('release');
    this.#end(terminalId);
    this.open.delete(terminalId);
    return {};
  }

  #end(terminalId) {
    const { child, status } = this.open.get(terminalId);
    if (!status) process.kill(-child.pid, 'SIGKILL');
  }
}
