// Several servers on one state directory: they take turns on a session, and one that runs a turn
// keeps the others out of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { defer, patience, test, within } from '../clients/cases.mjs';
import { Place, recalled, refused, said } from './place.mjs';
import { follow } from './view.mjs';

/// Two servers with one session that both have open.
async function both() {
  const place = new Place();
  const one = await place.serve();
  const two = await place.serve();
  const session = await place.make(one);
  await said(one, session, '[[say:Noted.]] first');
  await place.load(two, session);
  return { place, one, two, session };
}

/// A turn that only a cancel or a kill ends, once it runs.
async function hold(server, session) {
  const seen = server.updates(session, 'tool_call').length;
  const turn = server.prompt(session, '[[say:On it.]] [[open:A long job]] [[hang]] held');
  await server.waitFor('the turn', () => server.updates(session, 'tool_call').length > seen);
  return { turn };
}

test('two servers take turns on a session, and each sees what the other did', async () => {
  const { place, one, two, session } = await both();
  const told = ['first'];
  for (let i = 0; i < 6; i += 1) {
    const [server, other] = i % 2 === 0 ? [two, one] : [one, two];
    assert.equal(await said(server, session, `[[title:Title ${i}]] [[say:Answer ${i}]] told ${i}`),
      `Answer ${i}`);
    told.push(`told ${i}`);
    // The other one knows it at once: in its list, when it opens the session, and in its memory.
    const listed = (await place.list(other)).get(session);
    assert.equal(listed.title, `Title ${i}`);
    assert.equal(listed._meta.tine.turns, (await place.list(server)).get(session)._meta.tine.turns);
    const view = follow(other, session);
    if (i % 3 === 0) {
      await place.load(other, session);
      const texts = [...view.turns.values()].map(({ messages }) => messages.join(''));
      assert.ok(texts.includes(`Answer ${i}`), texts.join());
      assert.equal(texts.length, listed._meta.tine.turns);
    } else if (i % 3 === 1) {
      await place.resume(other, session);
    }
    assert.equal(await said(other, session, '[[recall]]'), recalled(told));
  }
});

test('the mode and options that one server sets are those of the other', async () => {
  const { place, one, two, session } = await both();
  await one.request('session/set_mode', { sessionId: session, modeId: 'auto' });
  await two.request('session/set_config_option',
    { sessionId: session, configId: 'model', value: 'owl' });
  for (const server of [one, two]) {
    const answer = await place.resume(server, session);
    assert.equal(answer.modes.currentModeId, 'auto');
    assert.equal(answer.configOptions.find(({ id }) => id === 'model').currentValue, 'owl');
  }
});

test('a conversation that goes on behind its turn keeps others out until it rests', async () => {
  const { place, one, two, session } = await both();
  assert.equal(await said(one, session, '[[say:Done.]] [[later:3000:By the way.]] second'), 'Done.');
  assert.equal((await refused(two.prompt(session, 'me too'))).kind, 'session_locked');
  await one.waitFor('more', ({ params }) => params?.update?.content?.text === 'By the way.');
  assert.equal(await said(two, session, '[[recall]] third'), recalled(['first', 'second']));
  await place.recorded(session, 'By the way.');
});

test('a prompt while another server runs a turn: session_locked, with its holder', async () => {
  const { place, one, two, session } = await both();
  const { turn } = await hold(one, session);
  const { kind, hint, message, data } = await refused(two.prompt(session, 'me too'));
  assert.equal(kind, 'session_locked');
  assert.match(hint, /fork/);
  assert.ok(message.startsWith(`Session locked by PID ${one.pid} `), message);
  assert.equal(data.holder.pid, one.pid);
  assert.ok(data.holder.since && data.holder.host && data.holder.reason);
  const mode = two.request('session/set_mode', { sessionId: session, modeId: 'auto' });
  assert.equal((await refused(mode)).kind, 'session_locked');

  // It may read along, and fork.
  await place.recorded(session, '"in_progress"');
  const view = follow(two, session);
  await place.load(two, session);
  assert.deepEqual(view.items.filter((item) => item.call).map((item) => item.call.status),
    ['in_progress']);
  const fork = await place.fork(two, session);
  assert.equal(await said(two, fork, '[[recall]]'), recalled(['first']));

  one.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  assert.equal(await said(two, session, '[[recall]]'), recalled(['first', 'held']));
});

test('the holder is killed: the other one goes on, and the open turn is closed', async () => {
  const { place, one, two, session } = await both();
  await hold(one, session);
  await place.recorded(session, 'A long job');
  assert.equal((await refused(two.prompt(session, 'me too'))).kind, 'session_locked');
  one.child.kill('SIGKILL');
  await one.exited;
  assert.equal(await said(two, session, '[[recall]]'), recalled(['first']));
  const view = follow(two, session);
  await place.load(two, session);
  assert.deepEqual(view.items.filter((item) => item.call).map((item) => item.call.status),
    ['failed']);
});

test('many servers on one session at once: each turn is either taken or refused', async () => {
  const { place, one, session } = await both();
  const servers = await Promise.all(Array.from({ length: 6 }, () => place.serve()));
  await Promise.all(servers.map((server) => place.resume(server, session)));
  let kept = [];
  await Promise.all(servers.map(async (server, s) => {
    for (let i = 0; i < 12; i += 1) {
      try {
        await server.prompt(session, `[[say:Yes.]] fact ${s}-${i}`);
        kept.push(`fact ${s}-${i}`);
      } catch (fault) {
        assert.equal(fault.data?.tine?.kind, 'session_locked', String(fault));
      }
    }
  }));
  const recited = await said(one, session, '[[recall]]');
  const told = recited.split('\n').slice(2).map((line) => line.replace(/^\d+\. /, ''));
  assert.deepEqual([...told].sort(), [...kept].sort());
  const view = follow(one, session);
  await place.load(one, session);
  assert.equal(view.turns.size, kept.length + 2);
});

test('many servers begin at once on a new state directory, and on one whose index is gone',
  async () => {
    const place = new Place();
    const made = new Set();
    for (let round = 0; round < 5; round += 1) {
      const servers = await Promise.all(Array.from({ length: 6 }, () => place.serve()));
      const sessions = await Promise.all(servers.map((server) => place.make(server)));
      await Promise.all(sessions.map((session, i) => servers[i].prompt(session, 'hello')));
      for (const session of sessions) made.add(session);
      for (const server of servers) {
        const listed = await place.list(server);
        assert.deepEqual([...made].filter((each) => !listed.has(each)), []);
      }
      for (const server of servers) server.stdin.end();
      await Promise.all(servers.map(({ exited }) => exited));
      assert.deepEqual(servers.map(({ stderr }) => stderr).filter(Boolean), []);
      rmSync(join(place.state, 'tine', 'index'));
    }
  });

test('a session that another server deletes is gone, also when it was open here', async () => {
  const { place, one, two, session } = await both();
  await one.request('session/delete', { sessionId: session });
  assert.equal((await refused(two.prompt(session, 'hello'))).kind, 'session_not_found');
  assert.equal((await refused(place.load(two, session))).kind, 'session_not_found');
  assert.ok(!(await place.list(two)).has(session));
});

test('a parent that another server deletes while it is forked leaves a whole fork or none', async () => {
  const { place, one, two, session } = await both();
  let parent = session;
  let made = 0;
  for (let i = 0; i < 12; i += 1) {
    const [fork] = await Promise.all([place.fork(one, parent).catch((fault) => fault),
      two.request('session/delete', { sessionId: parent })]);
    if (typeof fork === 'string') {
      made += 1;
      const next = await place.serve();
      await place.load(next, fork);
      assert.equal(await said(next, fork, '[[recall]]'), recalled(['first']));
      next.stdin.end();
      await next.exited;
    } else {
      assert.equal(fork.data.tine.kind, 'session_not_found', fork.message);
    }
    assert.ok(!(await place.list(two)).has(parent));
    parent = await place.make(one);
    await said(one, parent, 'first');
  }
  assert.ok(made > 0);
});

test('a session whose turn another server runs is not deleted, and the turn is on disk', async () => {
  const { place, one, two, session } = await both();
  const { turn } = await hold(one, session);
  assert.equal((await refused(two.request('session/delete', { sessionId: session }))).kind,
    'session_locked');
  one.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  const next = await place.serve();
  assert.ok((await place.list(next)).has(session));
  const view = follow(next, session);
  await place.load(next, session);
  assert.equal(view.turns.size, 2);
  assert.equal(await said(next, session, '[[recall]]'), recalled(['first', 'held']));
});

test('another program holds the index: a turn streams, a cancel is answered, one SIGTERM ends',
  async () => {
    const { place, one, two, session } = await both();
    const lock = join(place.state, 'tine', 'index.lock');
    const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; read end'],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = new Promise((done) => { holder.on('exit', done); });
    defer(() => holder.kill('SIGKILL'));
    await new Promise((done) => { holder.stdout.once('data', done); });
    assert.equal(await said(one, session, '[[say:Still here.]] second'), 'Still here.');
    const fresh = await place.make(two);
    assert.equal(await said(two, fresh, 'hello'), 'You said: hello');
    assert.ok((await place.list(two)).has(fresh));
    const { turn } = await hold(one, session);
    one.notify('session/cancel', { sessionId: session });
    assert.equal((await turn).stopReason, 'cancelled');
    const last = await hold(one, session);
    last.turn.catch(() => {});
    one.child.kill('SIGTERM');
    await within(patience, 'one SIGTERM to end it', one.exited);
    holder.stdin.end('\n');
    await gone;
    const next = await place.serve();
    assert.deepEqual([...(await place.list(next)).keys()].sort(), [session, fresh].sort());
  });
