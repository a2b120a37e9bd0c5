// Where a case runs the program: a project, a store and a configuration of its own.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';

export class Place {
  state = directory('state');
  config = directory('config');
  project = directory('project');
  env = { XDG_STATE_HOME: this.state, XDG_CONFIG_HOME: this.config };

  configure(text) {
    mkdirSync(join(this.config, 'tine'), { recursive: true });
    writeFileSync(join(this.config, 'tine/config.toml'), text);
  }

  tine(args, options = {}) {
    return runProgram(args, { cwd: this.project, ...options, env: { ...this.env, ...options.env } });
  }

  /// Runs it; the exit code must be that one. Gives what it wrote.
  async ends(code, ...args) {
    const ended = await this.tine(args);
    assert.deepEqual([ended.code, ended.signal], [code, null],
      `${args.join(' ')}: ${ended.stdout}${ended.stderr}`);
    return ended;
  }

  /// What it prints when all goes well.
  async says(...args) {
    const { stdout, stderr } = await this.ends(0, ...args);
    assert.equal(stderr, '', args.join(' '));
    return stdout;
  }

  async json(...args) { return JSON.parse(await this.says(...args, '--json')); }

  sessions() { return this.json('session', 'list'); }

  /// The records of a session's history, its ancestors' included.
  async history(id) {
    return (await this.says('session', 'export', id)).split('\n').filter(Boolean).slice(1)
      .map((line) => JSON.parse(line));
  }
}
