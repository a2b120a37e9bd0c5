// Runs of acpx with the program as its agent.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { directory, program } from './cases.mjs';
import { runProgram } from './server.mjs';

const script = new URL('node_modules/acpx/dist/cli.js', import.meta.url).pathname;

/// A home and a project of its own, and acpx in it.
export class Acpx {
  home = directory('home');
  project = directory('project');
  environment = { XDG_STATE_HOME: join(this.home, 'state') };

  run(...words) {
    const args = [script, '--agent', `${program} acp`, '--cwd', this.project, ...words];
    // It keeps sockets in TMPDIR; all its runs share one store.
    const env = { ...this.environment, HOME: this.home, TMPDIR: this.home };
    return runProgram(args, { command: process.execPath, env, input: null });
  }

  async good(...words) {
    const { code, signal, stdout, stderr } = await this.run(...words);
    assert.equal(code, 0, `${words.join(' ')}: ${signal ?? ''}\n${stdout}\n${stderr}`);
    return { stdout, stderr };
  }
}
