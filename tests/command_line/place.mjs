// Where a case runs the program: a project, a store and a configuration of its own.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Namespace } from '../store/namespace.mjs';

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
    const [command, ...first] = this.command;
    return runProgram([...first, ...args], { command, cwd: this.project, ...options, env: { ...this.env, ...options.env } });
  }

  command = [program];

  /// Where the store is on a disk of 4 MiB, which `fill` fills up to so many bytes, and `free` empties.
  static async onSmallDisk() {
    const place = new Place();
    const namespace = await Namespace.make('mount -t tmpfs -o size=4m tmpfs "$1"', place.state);
    place.command = namespace.command.slice(0, -1);
    place.disk = {
      fill: (left = 0) => namespace.run('cat /dev/zero > "$1/filler"; ' +
        'truncate -s "$(( $(stat -c %s "$1/filler") - $2 ))" "$1/filler"', place.state, `${left}`),
      free: () => namespace.run('rm "$1/filler"', place.state),
      files: () => namespace.run('cd "$1" && find . -type f | sort', place.state).text,
    };
    return place;
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
