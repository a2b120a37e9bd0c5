// Trouble with the disk: each gives the client one clear error, and costs nothing that was said
// before.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { Namespace } from './namespace.mjs';
import { Place, recalled, refused, said } from './place.mjs';
import { follow } from './view.mjs';

const lines = (text) => text.split('\n').filter(Boolean);

/// What the log says of a full disk: a line for a session, and one for the log file beside it.
function fewWords(stderr, sessions = 1) {
  const [ofFile, others] = [true, false].map((wanted) => lines(stderr)
    .filter((line) => / warning: the log file .* cannot be written: /.test(line) === wanted));
  assert.ok(ofFile.length <= 1 && others.length <= sessions, stderr);
}

/// A server that can keep no sessions says so, each time and in few words, and goes on.
async function keepsNothing(server, place, message) {
  for (let i = 0; i < 3; i += 1) {
    const fault = await refused(place.make(server));
    assert.equal(fault.kind, 'storage_failed');
    assert.match(fault.message, message);
    assert.ok(fault.hint);
  }
  assert.ok(lines(server.stderr).length <= 1, server.stderr);
}

test('HOME and XDG_STATE_HOME are relative', async () => {
  const place = new Place();
  const server = await place.serve({ env: { HOME: 'home', XDG_STATE_HOME: 'state' } });
  await keepsNothing(server, place, /neither XDG_STATE_HOME nor HOME/);
  assert.equal((await refused(server.request('session/list'))).kind, 'storage_failed');
});

test('a file stands where the state directory should be', async () => {
  for (const name of ['state', 'state/tine']) {
    const state = join(directory('place'), 'state');
    const file = join(dirname(state), name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    const place = new Place({ state });
    const server = await place.serve();
    await keepsNothing(server, place, /cannot open the state directory .*\/state\/tine/);
  }
});

test('the state directory is made with all that is missing above it', async () => {
  const place = new Place({ state: join(directory('place'), 'not', 'yet', 'there') });
  const server = await place.serve();
  assert.equal(await said(server, await place.make(server), 'hello'), 'You said: hello');
});

test('the state directory becomes read-only', async () => {
  const place = new Place();
  const before = await place.serve();
  const session = await place.make(before);
  await said(before, session, '[[say:Noted.]] the first thing');
  before.stdin.end();
  await before.exited;

  const namespace = await Namespace.make('mount --bind "$1" "$1"', place.state);
  const server = await place.serve({ command: namespace.command });
  await place.resume(server, session);
  const readOnly = namespace.run('mount -o remount,ro,bind "$1"', place.state);
  assert.equal(readOnly.status, 0, readOnly.text);
  for (let i = 0; i < 3; i += 1) {
    const fault = await refused(server.prompt(session, 'hello'));
    assert.equal(fault.kind, 'storage_failed');
    assert.match(fault.message, /Read-only file system/);
    assert.match(fault.hint, /XDG_STATE_HOME/);
  }
  await keepsNothing(server, place, /Read-only file system/);
  assert.ok((await place.list(server)).has(session));
  namespace.run('mount -o remount,rw,bind "$1"', place.state);
  assert.equal(await said(server, session, '[[recall]]'), recalled(['the first thing']));
});

/// A session on a disk of 4 MiB, with a file that takes up most of it.
async function onSmallDisk() {
  const place = new Place();
  const namespace = await Namespace.make('mount -t tmpfs -o size=4m tmpfs "$1"', place.state);
  const disk = {
    fill: (kib) => namespace.run(`head -c ${kib}K /dev/zero > "$1/filler"`, place.state),
    fillAll: () => namespace.run('cat /dev/zero > "$1/filler"', place.state),
    /// Of a disk that was filled.
    giveBack: (kib) => namespace.run(
      `truncate -s "$(( $(stat -c %s "$1/filler") - ${kib} * 1024 ))" "$1/filler"`, place.state),
    turnEnds: () => namespace.run(
      'grep -h \'"type":"turn_end"\' "$1"/tine/*/sessions/*/transcript.jsonl', place.state).text,
    free: () => namespace.run('rm "$1/filler"', place.state),
  };
  const serve = () => place.serve({ command: namespace.command });
  const server = await serve();
  const session = await place.make(server);
  await said(server, session, '[[say:Noted.]] the first thing');
  return { place, disk, serve, server, session };
}

/// The messages of a session, loaded by a server.
async function loaded(place, server, session) {
  const view = follow(server, session);
  await place.load(server, session);
  return [...view.turns.values()];
}

test('the disk fills up in mid-turn: storage_full, and after there is room it goes on', async () => {
  const { place, disk, serve, server, session } = await onSmallDisk();
  disk.fill(3000);
  const fault = await refused(server.prompt(session, 
    'second [[open:A job]] [[burst:400000:64]] [[say:Done.]]'));
  assert.equal(fault.kind, 'storage_full');
  assert.match(fault.message, /No space left on device/);
  assert.ok(fault.hint);
  fewWords(server.stderr);

  // It stays so, without further words, and everything earlier can be read.
  assert.equal((await refused(server.prompt(session, 'third'))).kind, 'storage_full');
  fewWords(server.stderr);
  assert.deepEqual((await loaded(place, server, session))[0].messages, ['Noted.']);
  const other = await serve();
  const turns = await loaded(place, other, session);
  assert.deepEqual(turns[0].messages, ['Noted.']);
  assert.ok(turns[1].messages.every((text) => /^\.*$/.test(text)));

  disk.free();
  assert.equal(await said(server, session, '[[say:Noted.]] the fourth thing'), 'Noted.');
  const recital = await said(server, session, '[[recall]]');
  assert.match(recital, /^I was told:\n1\. the first thing\n/);
  assert.match(recital, /the fourth thing$/);
  const all = await loaded(place, await serve(), session);
  assert.equal(all.length, 4);  // the prompt that was refused at once is no turn
  assert.deepEqual(all[1].tools.map(({ status }) => status), ['failed']);
  assert.deepEqual(all.at(-1).messages, [recital]);
  const stops = [...disk.turnEnds().matchAll(/"stop":"(\w+)"/g)];
  assert.deepEqual(stops.map(([, stop]) => stop), ['end_turn', 'error', 'end_turn', 'end_turn']);
});

test('the disk is full and the server is killed: what was said before is there', async () => {
  const { place, disk, serve, server, session } = await onSmallDisk();
  disk.fill(3000);
  await refused(server.prompt(session, '[[burst:400000:64]]'));
  server.child.kill('SIGKILL');
  await server.exited;
  const other = await serve();
  assert.deepEqual((await loaded(place, other, session))[0].messages, ['Noted.']);
  disk.fillAll();
  assert.equal((await refused(other.prompt(session, '[[burst:20000:64]]'))).kind, 'storage_full');
  assert.equal((await refused(place.make(other))).kind, 'storage_full');
  assert.equal((await refused(place.fork(other, session))).kind, 'storage_full');
  disk.free();
  assert.match(await said(other, session, '[[recall]]'), /^I was told:\n1\. the first thing/);
  assert.equal(await said(other, await place.make(other), 'hello'), 'You said: hello');
  fewWords(other.stderr, 2);
});

test('a fork while the disk is full refers to nothing that is not on disk', async () => {
  const { place, disk, serve, server, session } = await onSmallDisk();
  disk.fill(3000);
  await refused(server.prompt(session, '[[burst:400000:64]]'));
  disk.fillAll();
  // With each step there is a little more room, until forks fit.
  const made = [];
  let refusals = 0;
  for (let step = 0; step < 64 && made.length < 3; step += 1) {
    if (step > 0) disk.giveBack(48);
    const fork = await place.fork(server, session).catch((fault) => fault);
    if (typeof fork === 'string') {
      made.push(fork);
    } else {
      assert.equal(fork.data?.tine?.kind, 'storage_full', String(fork));
      refusals += 1;
    }
  }
  assert.ok(refusals > 0 && made.length > 0, `${refusals} refused, ${made.length} made`);
  server.child.kill('SIGKILL');
  await server.exited;
  disk.free();
  const next = await serve();
  // What the parent says from here on takes the numbers of what was lost.
  await place.load(next, session);
  assert.equal(await said(next, session, '[[say:Later.]]'), 'Later.');
  for (const fork of made) {
    const messages = (await loaded(place, next, fork)).map((turn) => turn.messages);
    assert.deepEqual(messages[0], ['Noted.']);
    assert.ok(messages.slice(1).every((texts) => !texts.includes('Later.')),
      `the fork ${fork} has what its parent said later`);
    assert.match(await said(next, fork, '[[recall]]'), /^I was told:\n1\. the first thing/);
  }
});
