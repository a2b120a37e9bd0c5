// The log: where it is kept, and that nobody waits for it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync,
  statSync, writeFileSync, writeSync,
} from 'node:fs';
import { join } from 'node:path';

import { defer, directory, program, test, until } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';
import { onTerminal } from './terminal.mjs';

class Place {
  home = directory('home');
  state = `${this.home}/state`;
  log = `${this.state}/tine/log/tine.log`;
  env = { HOME: this.home, XDG_CONFIG_HOME: `${this.home}/config`, XDG_STATE_HOME: this.state };

  configure(text) {
    mkdirSync(join(this.home, 'config/tine'), { recursive: true });
    writeFileSync(join(this.home, 'config/tine/config.toml'), text);
  }

  async serve(options = {}) {
    const server = new Server({ ...options, env: { ...this.env, ...options.env } });
    await server.initialize();
    return server;
  }
}

async function end(server) {
  server.stdin.end();
  await server.exited;
}

/// A Claude Code that greets, and at a prompt says what is no message, again and again.
function noisyClaude(lines) {
  const path = join(directory('bin'), 'claude');
  writeFileSync(path, `#!${process.execPath}
const reader = require('node:readline').createInterface({ input: process.stdin });
reader.on('line', (line) => {
  const { type, request_id, request } = JSON.parse(line);
  if (type === 'control_request') {
    const response = request.subtype === 'initialize'
      ? { claude_code_version: '9.9.9', commands: [], models: [], account: {} } : {};
    console.log(JSON.stringify({ type: 'control_response',
      response: { subtype: 'success', request_id, response } }));
  } else if (type === 'user') {
    for (let i = 0; i < ${lines}; i += 1) console.log('noise '.repeat(20));
  }
});
`);
  chmodSync(path, 0o755);
  return path;
}

/// A pipe that is full, and that nobody reads.
function fullPipe() {
  const path = join(directory('pipe'), 'full');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  defer(() => closeSync(fd));
  try {
    for (;;) writeSync(fd, 'x'.repeat(4096));
  } catch (fault) {
    assert.equal(fault.code, 'EAGAIN');
  }
  return path;
}

test('the log is kept by default, for its owner alone, and doctor names it', async () => {
  const place = new Place();
  await end(await place.serve());
  assert.match(readFileSync(place.log, 'utf8'),
    /^\d{4}-\d\d-\d\dT[\d:.]+Z tine\[\d+\] info: serving ACP; .*\n/);
  assert.equal(statSync(place.log).mode & 0o777, 0o600);
  assert.equal(statSync(join(place.state, 'tine/log')).mode & 0o777, 0o700);
  const doctor = await runProgram(['doctor'], { env: place.env });
  assert.ok(doctor.stdout.includes(place.log), doctor.stdout);
  const asJson = await runProgram(['doctor', '--json'], { env: place.env });
  assert.equal(JSON.parse(asJson.stdout).log, place.log);
});

test('a stderr that is no terminal gets what is wrong, the file everything', async () => {
  const place = new Place();
  const quiet = await place.serve();
  await end(quiet);
  assert.equal(quiet.stderr, '');
  assert.match(readFileSync(place.log, 'utf8'), /info: serving ACP/);
  const asked = await place.serve({ env: { TINE_LOG_LEVEL: 'info' } });
  await end(asked);
  assert.match(asked.stderr, /info: serving ACP/);
  place.configure(`[backends.claude]\nkind = "claude"\ncommand = ["${noisyClaude(1)}"]\n`);
  const warned = await place.serve();
  const turn = warned.prompt(await warned.newSession(), 'hello');
  await until('the warning', () => warned.stderr.includes('no message'));
  await end(warned);
  assert.equal((await turn).stopReason, 'cancelled');
  assert.doesNotMatch(warned.stderr, / info: /);
});

test('a terminal gets the news of the log', async () => {
  const place = new Place();
  const terminal = onTerminal('"$TINE" acp < /dev/null', { env: place.env });
  const parts = [];
  terminal.stdout.removeAllListeners('data');
  terminal.stdout.on('data', (part) => parts.push(part));
  await terminal.exited;
  await terminal.ended;
  assert.match(parts.join(''), /info: serving ACP/);
});

test('without a message there is no log', async () => {
  const place = new Place();
  assert.equal((await runProgram(['run', 'hello'], { env: place.env })).code, 0);
  assert.equal(existsSync(place.log), false);
});

test('the log elsewhere, as JSON, or nowhere', async () => {
  const place = new Place();
  const file = join(place.home, 'mine/tine.log');
  await end(await place.serve({ env: { TINE_LOG_FILE: file, TINE_LOG_FORMAT: 'json' } }));
  const { level, message, pid } = JSON.parse(readFileSync(file, 'utf8').split('\n')[0]);
  assert.deepEqual([level, typeof pid], ['info', 'number']);
  assert.match(message, /^serving ACP/);
  const none = await place.serve({ env: { TINE_LOG_FILE: 'none' } });
  await end(none);
  assert.match(none.stderr, /serving ACP/);
  assert.equal(existsSync(place.log), false);
  const doctor = await runProgram(['doctor', '--json'],
    { env: { ...place.env, TINE_LOG_FILE: 'none' } });
  assert.equal(JSON.parse(doctor.stdout).log, null);
});

test('the log is rotated as configured', async () => {
  const place = new Place();
  place.configure('log_files = 2\nlog_file_bytes = 65536\n');
  mkdirSync(join(place.state, 'tine/log'), { recursive: true, mode: 0o700 });
  for (let i = 0; i < 3; i += 1) {
    writeFileSync(place.log, `${i}${'x'.repeat(65_535)}\n`);
    await end(await place.serve());
  }
  assert.deepEqual(readdirSync(join(place.state, 'tine/log')).sort(), ['tine.1.log', 'tine.log']);
  assert.match(readFileSync(join(place.state, 'tine/log/tine.1.log'), 'utf8'), /^2x/);
});

test('a server whose stderr nobody reads answers, and keeps its log in the file', async () => {
  const place = new Place();
  const server = await place.serve({
    command: ['/bin/sh', '-c', `exec "${program}" acp 2>"${fullPipe()}"`],
    env: { TINE_LOG_LEVEL: 'debug' },
  });
  const session = await server.newSession();
  const turn = server.prompt(session, '[[hang]]');
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  await end(server);
  assert.match(readFileSync(place.log, 'utf8'), /serving ACP/);
});

test('a backend that prints noise into a log that nobody reads: a cancel is answered', async () => {
  const place = new Place();
  place.configure(`[backends.claude]\nkind = "claude"\ncommand = ["${noisyClaude(1000)}"]\n`);
  const server = await place.serve({
    command: ['/bin/sh', '-c', `exec "${program}" acp 2>"${fullPipe()}"`],
  });
  const session = await server.newSession();
  const turn = server.prompt(session, 'hello');
  await until('the noise to be logged',
    () => existsSync(place.log) && readFileSync(place.log, 'utf8').includes('1000 lines'));
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  await end(server);
  // However much of it there is, the log has a few lines of it.
  const lines = readFileSync(place.log, 'utf8').split('\n').filter((line) => line.includes('no message'));
  assert.ok(lines.length <= 4, lines.join('\n'));
});

test('a backend that is newer than any that was tested runs, with a note in the log', async () => {
  const place = new Place();
  place.configure(`[backends.claude]\nkind = "claude"\ncommand = ["${noisyClaude(1)}"]\n`);
  const server = await place.serve();
  const session = await server.newSession();
  const turn = server.prompt(session, 'hello');
  await until('it to have the prompt',
    () => existsSync(place.log) && readFileSync(place.log, 'utf8').includes('no message: 1 line'));
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  await end(server);
  assert.match(readFileSync(place.log, 'utf8'), / info: this is Claude Code 9\.9\.9, newer than 2\./);
});
