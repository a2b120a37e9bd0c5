// The program serves on whatever stands behind its stdin and stdout.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { defer, directory, program, test } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';
import { onTerminal } from './terminal.mjs';

const kinds = ['pipe', 'socket', 'terminal', 'file', '/dev/null'];

/// Both ends of a pipe, blocking.
function makePipe() {
  const path = join(directory('pipe'), 'fifo');
  execFileSync('mkfifo', [path]);
  const both = openSync(path, constants.O_RDWR);  // so that neither of the next has to wait
  const ends = { reader: openSync(path, 'r'), writer: openSync(path, 'w') };
  closeSync(both);
  return ends;
}

/// What a reader that does not wait finds in a pipe whose writers have gone.
function drain(fd) {
  const room = Buffer.alloc(1 << 20);
  let length = 0;
  for (let n; (n = readSync(fd, room, length, room.length - length, null)) > 0;) length += n;
  closeSync(fd);
  return room.toString('utf8', 0, length);
}

const call = (id, method, params = {}) => `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const dialog = (cwd) => call(1, 'initialize', { protocolVersion: 1, clientCapabilities: {} }) +
  call(2, 'session/new', { cwd, mcpServers: [] }) + call(3, 'session/list');

/// A descriptor to give to the program as its input, with `text` and then the end in it.
function input(kind, text) {
  if (kind === 'pipe') {
    const { reader, writer } = makePipe();
    writeFileSync(writer, text);
    closeSync(writer);
    return reader;
  }
  if (kind === '/dev/null') return openSync('/dev/null', 'r');
  const path = join(directory('input'), 'requests');
  writeFileSync(path, text);
  return openSync(path, 'r');
}

/// A descriptor to give to the program as its output, and what reads it when all is over.
function output(kind) {
  if (kind === 'pipe') {
    const { reader, writer } = makePipe();
    return { fd: writer, read: () => drain(reader) };
  }
  if (kind === '/dev/null') return { fd: openSync('/dev/null', 'w'), read: () => '' };
  const path = join(directory('output'), 'answers');
  return { fd: openSync(path, 'w'), read: () => readFileSync(path, 'utf8') };
}

/// Serves the dialog from and to such descriptors: the exit code, and what came out.
async function serve(from, to) {
  const text = dialog(directory('project'));
  const inFd = ['socket', 'terminal'].includes(from) ? null : input(from, text);
  const out = ['socket', 'terminal'].includes(to) ? null : output(to);
  const stdio = [inFd ?? 'pipe', out?.fd ?? 'pipe'];
  let server;
  if (from === 'terminal' || to === 'terminal') {
    const redirect = (from === 'terminal' ? '' : '<&3 ') + (to === 'terminal' ? '' : '>&4 ');
    server = onTerminal(`exec "$TINE" acp ${redirect}2>/dev/null`, { stdio });
    const [, , , own3, own4] = server.child.stdio;
    if (from === 'socket') own3.end(text);
    if (from === 'terminal') server.stdin.end(text);
    if (to === 'socket') server.readFrom(own4);
  } else {
    server = new Server({ stdio: [...stdio, 'pipe'] });
    if (from === 'socket') server.stdin.end(text);
  }
  for (const line of text.split('\n')) if (line) server.note(JSON.parse(line));
  for (const fd of [inFd, out?.fd]) if (typeof fd === 'number') closeSync(fd);
  const { code } = await server.exited;
  if (!out) await server.ended;
  const said = out ? out.read().split('\n').filter(Boolean).map((line) => JSON.parse(line))
    : server.messages;
  return { code, said };
}

for (const from of kinds) {
  for (const to of kinds) {
    test(`stdin ${from}, stdout ${to}`, async () => {
      const { code, said } = await serve(from, to);
      assert.equal(code, 0);
      const heard = from !== '/dev/null' && to !== '/dev/null';
      assert.deepEqual(said.filter(({ id }) => id !== undefined).map(({ id, result }) =>
        [id, typeof result]), heard ? [[1, 'object'], [2, 'object'], [3, 'object']] : []);
    });
  }
}

for (const which of ['terminal', 'pipe']) {
  test(`a whole conversation on a ${which}`, async () => {
    let server;
    if (which === 'terminal') {
      server = onTerminal('exec "$TINE" acp 2>/dev/null');
    } else {
      const [requests, answers] = [makePipe(), makePipe()];
      server = new Server({ stdio: [requests.reader, answers.writer, 'pipe'] });
      const { Socket } = await import('node:net');
      closeSync(requests.reader);
      closeSync(answers.writer);
      server.writeTo(new Socket({ fd: requests.writer, readable: false, writable: true }));
      server.readFrom(new Socket({ fd: answers.reader, readable: true, writable: false }));
    }
    await server.initialize();
    const session = await server.newSession();
    for (let i = 0; i < 20; i += 1) await server.prompt(session, `line ${i}`);
    await server.prompt(session, '[[burst:500:100]]');
    assert.match(server.text(session), /^(You said: line \d+){20}\.{50000}$/);
    const turn = server.prompt(session, '[[hang]]');
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await turn).stopReason, 'cancelled');
  });
}

test('the hang-up of the terminal ends the program', async () => {
  const server = onTerminal('exec "$TINE" acp 2>/dev/null');
  await server.initialize();
  const session = await server.newSession();
  const turn = server.prompt(session, '[[say:on it]] [[hang]]');
  turn.catch(() => {});
  await server.waitFor('the turn', () => server.text(session) === 'on it');
  server.child.kill('SIGKILL');  // the terminal; that no program is left is seen when the case ends
  await server.exited;
});

test('descriptors shared with others are never made non-blocking', async () => {
  const flags = '{ sed -n "s/^flags:\\t*//p" /proc/self/fdinfo/0; ' +
    'sed -n "s/^flags:\\t*//p" /proc/self/fdinfo/1 >&2; }';
  const nonBlocking = (text) => {
    const all = text.trim().split(/\s+/).filter((word) => /^0[0-7]+$/.test(word));
    assert.ok(all.length >= 2, text);
    return all.some((each) => (parseInt(each, 8) & constants.O_NONBLOCK) !== 0);
  };
  const { reader, writer } = makePipe();
  // While the program serves, and after it has ended, another process looks at what they share.
  const script = `"$TINE" acp & pid=$!; sleep 0.3; ${flags} 0<&0; wait $pid; ${flags}`;
  const text = dialog(directory('project'));
  const out = join(directory('output'), 'all');
  for (const stdin of [input('pipe', text), input('file', text)]) {
    const server = new Server({ command: ['/bin/sh', '-c', script], stdio: [stdin, writer, 'pipe'],
      env: { TINE: program } });
    closeSync(stdin);
    await server.exited;
    assert.equal(nonBlocking(server.stderr), false);
  }
  closeSync(writer);
  assert.ok(!nonBlocking(drain(reader)), out);
});

for (const [what, redirect, answers] of [
  ['stdin', '<&-', 0], ['stdout', '>&-', 0], ['stderr', '2>&-', 3],
  ['stdin and stdout', '<&- >&-', 0], ['all three', '<&- >&- 2>&-', 0],
]) {
  test(`started with ${what} closed`, async () => {
    const { code, stdout } = await runProgram(['-c', `exec "$TINE" acp ${redirect}`],
      { command: '/bin/sh', env: { TINE: program }, input: dialog(directory('project')) });
    assert.equal(code, 0);
    const ids = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line).id)
      .filter((id) => id !== undefined);
    assert.equal(ids.length, answers);
  });
}

test('nothing but the protocol on stdout, logs on stderr', async () => {
  const { server, session } = await Server.open({ env: { TINE_LOG_LEVEL: 'debug' } });
  server.stdin.write('this is not JSON\n');
  await server.prompt(session, '[[fail:internal]]').catch(() => {});
  await server.prompt(session, 'fine');
  server.stdin.end();
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  assert.match(server.stderr, /rehearsal/);
  // That each line on stdout was a message of the protocol is judged when the case ends.
  assert.ok(server.messages.length > 5);
});
