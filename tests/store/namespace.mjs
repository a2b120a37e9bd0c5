// A mount namespace of a test's own, where the kernel allows one: file systems that are small or
// read-only, seen by nobody else.

import { spawn, spawnSync } from 'node:child_process';

import { defer, program, skip } from '../clients/cases.mjs';

const isRoot = process.getuid() === 0;
const unshare = isRoot ? ['-m'] : ['-rm'];
const enter = isRoot ? ['-m'] : ['-m', '-U', '--preserve-credentials'];

export class Namespace {
  /// Runs `script` in it, "$1" being `path`, then waits for others to enter.
  static async make(script, path) {
    const probe = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
    if (probe.status !== 0) skip(`no mount namespace can be made here: ${probe.stderr ?? probe.error}`);
    const child = spawn('unshare', [...unshare, 'bash', '-c', `${script} && echo ready && exec cat`,
      'bash', path]);
    defer(() => { child.stdin.end(); });
    let failed = '';
    child.stderr.on('data', (text) => { failed += text; });
    const ready = await new Promise((done) => {
      child.stdout.once('data', () => done(true));
      child.once('exit', () => done(false));
    });
    if (!ready) throw new Error(`the namespace could not be made: ${failed}`);
    return new Namespace(child.pid);
  }

  constructor(pid) { this.pid = pid; }

  /// The program's command line within.
  get command() { return ['nsenter', '-t', String(this.pid), ...enter, program, 'acp']; }

  /// Runs a shell command within.
  run(command, ...args) {
    const done = spawnSync('nsenter', ['-t', String(this.pid), ...enter, 'bash', '-c', command,
      'bash', ...args], { encoding: 'utf8' });
    return { status: done.status, text: done.stdout + done.stderr };
  }
}
