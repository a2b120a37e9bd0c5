// A client that does not read: what waits for it is bounded, and a cancel still gets in.

import assert from 'node:assert/strict';

import { longTest, sanitized, sleep, test, until } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

/// Memory in kB that the program may take for a client that does not read a stream: what it takes
/// at the start, 4 MiB that wait, and as much again to work with.
const streamBound = 32 * 1024;

/// The same for a client that goes on asking without reading: 64 MiB of answers may wait, and a
/// short answer takes three times its size.
const floodBound = 256 * 1024;

function assertBelow(server, bound) {
  const peak = server.memory('VmHWM');
  if (!sanitized) assert.ok(peak < bound, `took ${peak} kB, more than ${bound}`);
}

test('a stream that nobody reads is bounded; a cancel ends its turn; then all goes on', async () => {
  const { server, session } = await Server.open();
  server.stdout.pause();
  const turn = server.prompt(session, '[[burst:1000000:200]]');
  await server.standstill();
  assertBelow(server, streamBound);
  server.notify('session/cancel', { sessionId: session });
  await server.standstill();
  assertBelow(server, streamBound);
  server.stdout.resume();
  assert.equal((await turn).stopReason, 'cancelled');
  const said = server.text(session);
  assert.ok(said.length > 0 && said.length % 200 === 0 && /^\.+$/.test(said), `${said.length}`);
  await server.prompt(session, '[[recall]]');
  assert.deepEqual(server.afterCancelled('turn-1'), []);
  // What the record has is what was sent, and whatever found no room after the cancel.
  const cwd = server.cwdOf(session);
  const heard = server.text(session).length;
  await server.request('session/load', { sessionId: session, cwd, mcpServers: [] });
  const replayed = server.text(session).slice(heard);
  assert.ok(replayed.startsWith(said), `${replayed.length} against ${said.length}`);
});

test('one session that nobody reads does not keep a cancel from another', async () => {
  const { server, session } = await Server.open();
  const other = await server.newSession();
  server.stdout.pause();
  const turns = [server.prompt(session, '[[burst:1000000:200]]'), server.prompt(other, '[[hang]]')];
  await server.standstill();
  for (const sessionId of [other, session]) server.notify('session/cancel', { sessionId });
  await server.standstill();
  server.stdout.resume();
  for (const turn of turns) assert.equal((await turn).stopReason, 'cancelled');
});

test('one large message after the other that nobody reads', async () => {
  const { server, session } = await Server.open();
  server.stdout.pause();
  const turn = server.prompt(session, '[[burst:1000:1000000]]');
  await server.standstill();
  assertBelow(server, streamBound);
  server.notify('session/cancel', { sessionId: session });
  server.stdout.resume();
  assert.equal((await turn).stopReason, 'cancelled');
});

/// Asks without reading until the program takes no more, then reads: each request has its answer,
/// and in order.
async function flood(server, method, bound) {
  server.stdout.pause();
  const first = 1_000_000;
  let sent = 0;
  for (let stuck = false; !stuck;) {
    let lines = '';
    for (let i = 0; i < 1000; i += 1) {
      lines += `{"jsonrpc":"2.0","id":${first + sent},"method":"${method}","params":{}}\n`;
      sent += 1;
    }
    if (server.stdin.write(lines)) continue;
    const drained = new Promise((done) => { server.stdin.once('drain', () => done(true)); });
    stuck = !await Promise.race([drained, sleep(5000).then(() => false)]);
    assert.ok(sent < 10_000_000, 'the program never stopped reading');
  }
  assertBelow(server, bound);
  let answered = 0;
  let astray;
  server.listenRaw((line) => {
    if (!line.startsWith(`{"jsonrpc":"2.0","id":${first + answered},"`)) astray ??= line;
    answered += 1;
  });
  server.stdout.resume();
  await until('all answers', () => answered >= sent, 180_000);
  assert.deepEqual([answered, astray], [sent, undefined]);
}

// A million answers.
longTest('a flood of requests with short answers that nobody reads is bounded', async () => {
  const { server } = await Server.open();
  await flood(server, 'session/list', floodBound);
}, 3);

// Filling 64 MiB takes the sanitized program longer than it is worth: each list reads the states of
// its sessions. A unit of the server looks at the bound there.
if (!sanitized) {
  test('a flood of requests with long answers that nobody reads is bounded', async () => {
    const { server } = await Server.open();
    for (let i = 0; i < 50; i += 1) {
      await server.prompt(await server.newSession(), `a prompt that makes a title, number ${i}`);
    }
    await flood(server, 'session/list', floodBound);
  }, 3);
}

test('a flood of prompts for one session is refused at its limit, the rest is answered', async () => {
  const { server, session } = await Server.open();
  const turns = [server.prompt(session, '[[hang]]')];
  for (let i = 0; i < 200; i += 1) turns.push(server.prompt(session, 'again'));
  await Promise.race(turns.map((turn) => turn.catch((fault) => fault)));
  server.notify('session/cancel', { sessionId: session });
  const settled = await Promise.allSettled(turns);
  const refused = settled.filter(({ reason }) => reason?.data?.tine?.kind === 'queue_full');
  const cancelled = settled.filter(({ value }) => value?.stopReason === 'cancelled');
  assert.ok(refused.length > 0 && refused[0].reason.data.tine.retryable);
  assert.equal(refused.length + cancelled.length, turns.length);
});
