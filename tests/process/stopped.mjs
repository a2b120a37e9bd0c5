// The end of the program and of sessions when what is to end heeds nothing: stopped backends and
// guardians, backends that are deaf.

import assert from 'node:assert/strict';

import { test, within } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { acting, guardians, started, stop, stopped } from './actors.mjs';

/// Ten times what the program takes at most.
const hung = 50_000;
const overdue = 5;

/// A server with five sessions whose turns run in stopped backends.
async function inFiveTurns(kind, processes) {
  const server = new Server({ env: acting(kind, 'kill -STOP $$') });
  await server.initialize();
  const sessions = [];
  for (let i = 0; i < 5; i += 1) sessions.push(await server.newSession());
  const turns = sessions.map((session) => server.prompt(session, 'hello'));
  await stopped(server, processes);
  return { server, turns };
}

for (const [kind, processes] of [['codex', 1], ['claude', 5]]) {
  test(`the end of the input while a stopped ${kind} has five sessions`, async () => {
    const { server, turns } = await inFiveTurns(kind, processes);
    server.stdin.end();
    for (const turn of turns) assert.equal((await turn).stopReason, 'cancelled');
    const { code, signal } = await within(hung, 'the program to end', server.exited);
    assert.equal(signal, null);
    assert.ok(code === 0 || code === overdue, `code ${code}`);
  });
}

test('the end of the input when the codex of five idle sessions is stopped', async () => {
  const server = new Server({ env: acting('codex') });
  await server.initialize();
  for (let i = 0; i < 5; i += 1) await server.prompt(await server.newSession(), 'hello');
  assert.equal(stop(server), 1);
  server.stdin.end();
  const { code, signal } = await within(hung, 'the program to end', server.exited);
  assert.equal(signal, null);
  assert.ok(code === 0 || code === overdue, `code ${code}`);
});

test('one SIGTERM while a stopped codex has five sessions', async () => {
  const { server, turns } = await inFiveTurns('codex', 1);
  server.child.kill('SIGTERM');
  for (const turn of turns) assert.equal((await turn).stopReason, 'cancelled');
  const { code, signal } = await within(hung, 'the program to end', server.exited);
  assert.equal(signal, null);
  assert.ok(code === 143 || code === overdue, `code ${code}`);
});

for (const [how, end, good] of [
  ['the end of the input', (server) => server.stdin.end(), 0],
  ['one SIGTERM', (server) => server.child.kill('SIGTERM'), 143]]) {
  test(`${how} while the guardian of a backend is stopped`, async () => {
    const server = new Server({ env: acting('codex') });
    await server.initialize();
    const session = await server.newSession();
    await server.prompt(session, 'hello');
    assert.equal(server.text(session), 'acted');
    const [guardian] = guardians(server);
    process.kill(guardian.pid, 'SIGSTOP');
    end(server);
    assert.deepEqual(await within(hung, 'the program to end', server.exited),
      { code: good, signal: null });
  });
}

/// Ten times what the end of a backend without a turn may take. One that is waited for takes longer.
const unused = 3_000;
const deaf = 'trap "" TERM; while :; do sleep 1; done';

/// Heeds neither the end of its input nor SIGTERM, before it has greeted or after.
const deafClaude = { 'that still starts': () => acting('claude', ':', { atStart: deaf }),
  'that has greeted': () => acting('claude', ':', { atEnd: deaf }) };

for (const [which, environment] of Object.entries(deafClaude)) {
  test(`the end of the input while a deaf claude runs ${which}, and was never prompted`, async () => {
    const { server, session } = await Server.open({ env: environment() });
    await started(server);
    if (which === 'that has greeted') await server.waitFor('its commands', ({ params }) =>
      params?.sessionId === session && params.update.sessionUpdate === 'available_commands_update');
    server.stdin.end();
    assert.deepEqual(await within(unused, 'the program to end', server.exited),
      { code: 0, signal: null });
  });

  test(`close of a session whose deaf claude runs ${which}, and was never prompted`, async () => {
    const { server, session } = await Server.open({ env: environment() });
    await started(server);
    const closed = server.request('session/close', { sessionId: session });
    await within(unused, 'the answer', closed);
    assert.deepEqual(guardians(server), []);
  });
}

test('the end of the input while a deaf codex has forks but had no turn', async () => {
  const env = acting('codex', ':', { atEnd: deaf });
  const { server: first, session } = await Server.open({ env });
  const cwd = first.cwdOf(session);
  await first.prompt(session, 'hello');
  const server = new Server({ env });
  await server.initialize();
  await server.request('session/fork', { sessionId: session, cwd, mcpServers: [] });
  await started(server);
  server.stdin.end();
  assert.deepEqual(await within(unused, 'the program to end', server.exited),
    { code: 0, signal: null });
});
