// How the program ends: at the end of its input, by a signal, and when its reader goes away.

import assert from 'node:assert/strict';

import { test } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

/// A server with a turn under way that only a cancel ends.
async function inMidTurn(prompt = '[[say:on it]] [[open:A long job]] [[hang]]', options = {},
  capabilities = {}) {
  const { server, session } = await Server.open(options, capabilities);
  const turn = server.prompt(session, prompt);
  await server.waitFor('the turn', () => server.text(session).startsWith('on it'));
  return { server, session, turn };
}

const ended = { code: 0, signal: null };
const initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}';

test('the end of the input before anything came', async () => {
  const server = new Server();
  server.stdin.end();
  assert.deepEqual(await server.exited, ended);
  assert.deepEqual(server.messages, []);
});

test('the end of the input when idle', async () => {
  const { server, session } = await Server.open();
  await server.prompt(session, 'hello');
  server.stdin.end();
  assert.deepEqual(await server.exited, ended);
});

test('the end of the input in mid-turn: the turn is cancelled, then the program ends', async () => {
  const { server, session, turn } = await inMidTurn();
  const queued = [server.prompt(session, 'two'), server.prompt(session, 'three')];
  server.stdin.end();
  for (const each of [turn, ...queued]) assert.equal((await each).stopReason, 'cancelled');
  assert.equal(server.updates(session, 'tool_call_update').at(-1).status, 'failed');
  assert.deepEqual(await server.exited, ended);
});

test('the end of the input while a question is open', async () => {
  const asking = '[[say:on it]] [[ask:May I?]] [[say:going on]]';
  const { server, session, turn } = await inMidTurn(asking);
  await server.waitFor('the question', ({ method }) => method === 'session/request_permission');
  server.stdin.end();
  assert.equal((await turn).stopReason, 'cancelled');
  assert.equal(server.text(session), 'on it');
  assert.equal(server.updates(session, 'tool_call_update').at(-1).status, 'failed');
  assert.deepEqual(await server.exited, ended);
});

test('the end of the input in several sessions at once', async () => {
  const server = new Server();
  await server.initialize();
  const sessions = [];
  for (let i = 0; i < 20; i += 1) sessions.push(await server.newSession());
  const turns = sessions.map((session) => server.prompt(session, '[[say:on it]] [[hang]]'));
  await server.waitFor('the turns',
    () => sessions.every((session) => server.text(session) === 'on it'));
  server.stdin.end();
  for (const turn of turns) assert.equal((await turn).stopReason, 'cancelled');
  assert.deepEqual(await server.exited, ended);
});

test('the end of the input in a turn that does not let itself be cancelled', async () => {
  const { server } = await inMidTurn('[[say:on it]] [[stubborn:60000]]');
  server.stdin.end();
  assert.deepEqual(await server.exited, ended);
});

test('a last line without its newline is answered', async () => {
  const server = new Server();
  server.note(JSON.parse(initialize));
  server.stdin.end(initialize);
  assert.deepEqual(await server.exited, ended);
  await server.ended;
  assert.deepEqual(server.messages.map(({ id, result }) => [id, result.protocolVersion]), [[1, 1]]);
});

test('a last line that is cut off gets its error', async () => {
  const server = new Server();
  server.stdin.end(initialize.slice(0, -5));
  assert.deepEqual(await server.exited, ended);
  await server.ended;
  assert.deepEqual(server.messages.map(({ error }) => error.code), [-32700]);
});

test('requests that came just before the end of the input are all answered', async () => {
  const { server, session } = await Server.open();
  const answers = [server.prompt(session, 'quick'), server.request('session/list')];
  for (let i = 0; i < 500; i += 1) answers.push(server.request('_test/unknown'));
  server.stdin.end();
  const settled = await Promise.allSettled(answers);
  assert.match(settled[0].value.stopReason, /^(end_turn|cancelled)$/);
  assert.equal(settled[1].status, 'fulfilled');
  assert.ok(settled.slice(2).every(({ reason }) => reason.code === -32601));
  assert.deepEqual(await server.exited, ended);
});

for (const [signal, number] of [['SIGTERM', 15], ['SIGINT', 2], ['SIGHUP', 1]]) {
  test(`${signal} when idle`, async () => {
    const { server } = await Server.open();
    server.child.kill(signal);
    assert.deepEqual(await server.exited, { code: 128 + number, signal: null });
  });

  test(`${signal} in mid-turn: the turn is cancelled and answered first`, async () => {
    const { server, turn } = await inMidTurn();
    server.child.kill(signal);
    assert.equal((await turn).stopReason, 'cancelled');
    assert.deepEqual(await server.exited, { code: 128 + number, signal: null });
  });
}

test('a second SIGTERM ends a stubborn program at once', async () => {
  const { server } = await inMidTurn('[[say:on it]] [[stubborn:60000]]');
  server.child.kill('SIGTERM');
  // The second must not come before the first has been dealt with; by then no request is taken.
  const done = server.exited.then(() => true);
  while (!await Promise.race([done, new Promise((next) => { setTimeout(next, 50, false); })])) {
    server.child.kill('SIGTERM');
  }
  assert.equal((await server.exited).signal, 'SIGTERM');
});

test('SIGPIPE does nothing', async () => {
  const { server, session } = await Server.open();
  server.child.kill('SIGPIPE');
  await server.prompt(session, 'hello');
  assert.equal(server.text(session), 'You said: hello');
});

for (const [what, prompt] of [['says a word', 'hello'], ['streams', '[[burst:1000000:100]]']]) {
  test(`a reader that goes away while the agent ${what}`, async () => {
    const { server, session } = await Server.open();
    server.stdout.destroy();
    server.prompt(session, prompt);
    assert.deepEqual(await server.exited, ended);
    // It is the client's right to leave: no more than the log of a start is written about it.
    assert.ok(server.stderr.trim().split('\n').length <= 2, server.stderr);
  });
}

test('a reader that goes away in mid-turn and then ends the input', async () => {
  const { server, session, turn } = await inMidTurn('[[say:on it]] [[slow:100000:1]] ' +
    'word '.repeat(100000));
  server.stdout.destroy();
  server.stdin.end();
  turn.catch(() => {});
  assert.ok(server.text(session).length > 0);
  assert.deepEqual(await server.exited, ended);
});
