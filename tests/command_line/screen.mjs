// A terminal of tmux: what is typed, and what a person sees.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { defer, directory, program, until } from '../clients/cases.mjs';
import { environment } from '../clients/server.mjs';

export class Screen {
  #runs = 0;
  #socket = join(directory('tmux'), 'socket');

  /// A shell in the place's project; `columns` wide.
  constructor(place, { columns = 80, rows = 40, terminal = 'xterm-256color' } = {}) {
    const env = environment({ ...place.env, TERM: terminal, TINE: program });
    const config = `${this.#socket}.conf`;
    writeFileSync(config, 'set -g automatic-rename off\n');
    execFileSync('tmux', ['-S', this.#socket, '-f', config, 'new-session', '-d', '-x', `${columns}`,
      '-y', `${rows}`, '-c', place.project, "env 'PS1=$ ' sh"], { env });
    defer(() => this.close());
  }

  close() {
    try {
      this.#tmux('kill-server');
    } catch { /* it has ended by itself */ }
  }

  #tmux(...args) { return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8', stdio: 'pipe' }); }

  type(text) { this.#tmux('send-keys', '-l', text); }
  /// As one who pastes it, in brackets where the program has asked for them.
  paste(text) {
    const file = join(directory('paste'), 'text');
    writeFileSync(file, text);
    this.#tmux('load-buffer', '-b', 'pasted', file);
    this.#tmux('paste-buffer', '-d', '-p', '-r', '-b', 'pasted');
  }
  resize(columns, rows) { this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`); }
  press(...keys) { this.#tmux('send-keys', ...keys); }
  /// Runs a command line.
  run(line) { this.type(line); this.press('Enter'); }

  /// Runs a command line on an empty screen: what stands there when it has ended, less the shell's.
  async output(line) {
    this.begin(line);
    return this.end();
  }

  /// The same, for one that asks something in between.
  begin(line) {
    this.#runs += 1;
    this.run(`clear; echo BEGIN${this.#runs}; ${line}; echo END${this.#runs}`);
  }

  async end() {
    // Each has a mark of its own: what is still there from before has another one.
    const [, text] = (await this.shows(new RegExp(`^END${this.#runs}$`, 'm')))
      .match(new RegExp(`^BEGIN${this.#runs}\\n([^]*?)^END${this.#runs}$`, 'm'));
    return text;
  }

  /// What stands on it, with the escapes of its colours if asked for.
  text(colours = false) {
    return this.#tmux('capture-pane', '-p', '-J', ...(colours ? ['-e'] : [])).trimEnd();
  }
  /// A fact that tmux knows of it, like pane_title.
  fact(name) { return this.#tmux('display-message', '-p', `#{${name}}`).trimEnd(); }
  buffers() { return this.#tmux('list-buffers'); }

  /// Waits until it matches, and gives it.
  async shows(pattern, colours = false) {
    let text = '';
    try {
      await until(`${pattern}`, () => { text = this.text(colours); return pattern.test(text); });
    } catch {
      assert.match(text, pattern);
    }
    return text;
  }
}
