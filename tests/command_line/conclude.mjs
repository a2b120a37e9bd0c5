// `tine conclude`: the closing summary, and what a concluded session still does.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { program, running, test, until } from '../clients/cases.mjs';
import { environment, Server } from '../clients/server.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

const summary = '## Found\n\nA bug.\n\n## Decided\n\nFix it.\n\n## Next\n\n- [ ] Test it';

async function begun(place, prompt = 'hello') {
  return (await place.json('run', prompt)).sessionId;
}

/// Where the summary of a session is, or would be.
async function fileOf(place, id) {
  const { path } = await place.json('session', 'show', id);
  return join(path, 'output/conclusion.md');
}

const standing = async (place, id) => {
  const { status, turns } = await place.json('session', 'show', id);
  return { status, turns, kept: existsSync(await fileOf(place, id)) };
};

test('conclude: asks for the summary, prints it, keeps it, and closes the session', async () => {
  const place = new Place();
  const id = await begun(place);
  const { stdout, stderr } = await place.ends(0, 'conclude', id, `[[say:${summary}]]`);
  const file = await fileOf(place, id);
  assert.equal(stdout, `${summary}\n`);
  assert.equal(stderr, `tine: concluded ${id}; the summary is in ${file}\n`);
  assert.equal(readFileSync(file, 'utf8'), `${summary}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dirname(file)), ['conclusion.md']);
  assert.deepEqual(await standing(place, id), { status: 'retired', turns: 2, kept: true });
  assert.deepEqual((await place.json('session', 'artifacts', id)).map(({ path }) => path), [file]);
  const records = await place.history(id);
  assert.deepEqual(records.at(-1).data, { turn: 2, file: 'output/conclusion.md' });
  assert.equal(records.at(-1).type, 'conclusion');
  assert.match(await place.says('session', 'logs', id), /concluded; the summary is in output\/conclusion\.md\n$/);
  assert.match(await place.says('session', 'export', '--format', 'markdown', id), /Concluded; the summary is in output\/conclusion\.md/);
  assert.match(await place.says('session', 'verify', '--all'), / 0 damaged\n$/);
});

test('conclude: without words of its own it asks what was found, decided and is next', async () => {
  const place = new Place();
  const id = await begun(place);
  const { output, exit, artifacts, stopReason } = await place.json('conclude', id);
  assert.match(output, /^You said: This session is about to be closed\.[^]*## Found\n[^]*## Decided\n[^]*## Next\n/);
  assert.deepEqual([exit, artifacts, stopReason], [0, [await fileOf(place, id)], 'end_turn']);
});

test('conclude: each step behind the end is refused by name; looking, forking and removing is not', async () => {
  const place = new Place();
  const id = await begun(place, '[[compact:We greeted]] hello');
  assert.equal((await standing(place, id)).status, 'available');
  await place.json('conclude', id);
  const told = await standing(place, id);
  const refusal = `tine: the session is concluded\n      Fork it to go on from where it ended: tine fork ${id}.\n`;
  for (const args of [['reply', id, 'more'], ['conclude', id], ['run', '--session', id, 'more']])
    assert.equal((await place.ends(1, ...args)).stderr, refusal, args.join(' '));
  const { error, exit } = JSON.parse((await place.ends(1, 'reply', '--json', id, 'more')).stdout);
  assert.deepEqual([error.code, error.data.tine.kind, error.data.tine.retryable, exit], [-32602, 'session_concluded', false, 1]);
  assert.deepEqual(await standing(place, id), told);
  // In an editor that has no other way to fork there is the command.
  const { server } = await Server.open({ env: place.env });
  await server.request('session/load', { sessionId: id, cwd: place.project, mcpServers: [] });
  await assert.rejects(server.prompt(id, 'more'), /the session is concluded/);
  await server.prompt(id, '/tine-fork');
  assert.deepEqual(await standing(place, id), told);
  const fork = await place.json('fork', id, '[[recall]]');
  assert.match(fork.output, /hello/);
  assert.equal((await place.json('session', 'show', fork.sessionId)).status, 'active');
  await place.says('session', 'rename', id, 'The end');
  assert.match(await place.says('session', 'list'), /The end/);
  await place.says('session', 'delete', '--yes', id);
  await place.ends(6, 'session', 'show', id);
  assert.equal((await place.json('reply', fork.sessionId, 'hi')).output, 'You said: hi');
});

test('conclude: a turn that fails, is cut short or says nothing keeps nothing, and the session goes on', async () => {
  const place = new Place();
  const id = await begun(place);
  for (const [words, code, message] of [
    ['[[say:half]] [[fail:backend_gone]]', 13, /^tine: rehearsed: backend_gone\n/],
    ['[[say:half]] [[fail:usage_limit]]', 9, /^tine: rehearsed: usage_limit\n/],
    ['[[say:half]] [[stop:max_tokens]]', 13, /^tine: the summary was cut short \(max_tokens\), so the session is not concluded\n {6}It stays as it was; try again\.\n$/],
    ['[[say:No.]] [[stop:refusal]]', 4, /^tine: the session is not concluded\n$/],
    ['[[tool:read:a]]', 13, /^tine: the agent gave no summary, so the session is not concluded\n/],
  ]) {
    const { stderr } = await place.ends(code, 'conclude', id, words);
    assert.match(stderr, message);
    const { status, kept } = await standing(place, id);
    assert.deepEqual([status, kept], ['active', false], words);
    const { exit, error } = JSON.parse((await place.ends(code, 'conclude', '--json', id, words)).stdout);
    assert.equal(exit, code);
    assert.equal(error === undefined, code === 4);
  }
  const { stderr } = await place.ends(12, 'conclude', '--timeout', '1', id, '[[hang]]');
  assert.match(stderr, /^tine: the time is over/);
  assert.deepEqual((await standing(place, id)).kept, false);
  assert.equal((await place.json('reply', id, 'hi')).output, 'You said: hi');
});

test('conclude: Ctrl-C leaves the session open, and no process', async () => {
  const place = new Place();
  const id = await begun(place);
  const child = spawn(program, ['conclude', id, '[[say:on it]] [[hang]]'],
    { cwd: place.project, env: environment(place.env), stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((done) => { child.on('exit', (code) => done(code)); });
  await new Promise((done) => { child.stdout.once('data', done); });
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  await until('no process', () => running().length === 0);
  assert.deepEqual(await standing(place, id), { status: 'active', turns: 2, kept: false });
  await place.json('conclude', id);
  assert.equal((await standing(place, id)).status, 'retired');
});

test('conclude: a file that cannot be kept leaves the session open', async () => {
  const place = new Place();
  const id = await begun(place);
  const file = await fileOf(place, id);
  mkdirSync(join(file, 'in the way'), { recursive: true });
  const { stderr } = await place.ends(1, 'conclude', id);
  assert.match(stderr, /^tine: cannot /);
  assert.equal((await standing(place, id)).status, 'active');
  assert.deepEqual(readdirSync(dirname(file)), ['conclusion.md']);
});

test('conclude: secrets of the summary are not kept', async () => {
  const place = new Place();
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const id = await begun(place);
  await place.ends(0, 'conclude', id, `[[say:The key is ${secret}.]]`);
  assert.match(readFileSync(await fileOf(place, id), 'utf8'), /^The key is «redacted:[^»]+»\.\n$/);
});

test('conclude: the session by --last and --name; one that is in use or not there is refused', async () => {
  const place = new Place();
  await place.says('run', '--name', 'the review', 'one');
  await place.says('run', 'two');
  const last = await place.json('conclude', '--last', '[[say:the last]]');
  const named = await place.json('conclude', '--name', 'the review', '[[say:the named]]');
  assert.deepEqual([last.output, named.output], ['the last', 'the named']);
  assert.notEqual(last.sessionId, named.sessionId);
  assert.equal((await place.ends(6, 'conclude', '--name', 'none')).stderr.split('\n')[0],
    'tine: no session of this project has the title none');
  assert.match((await place.ends(2, 'conclude')).stderr, /^tine: no session is named\n/);
  assert.match((await place.ends(2, 'conclude', '--last', 'x', 'y')).stderr, /exclude each other/);
  assert.match((await place.ends(2, 'conclude', '--last', '--name', 'x')).stderr, /exclude each other/);
  assert.match((await place.ends(6, 'reply', '--name', 'other', 'x')).stderr, /has the title other/);
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.project);
  server.request('session/prompt', { sessionId: session, prompt: [{ type: 'text', text: '[[say:on it]] [[hang]]' }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'on it');
  assert.match((await place.ends(8, 'conclude', session)).stderr, /^tine: Session locked by PID \d+/);
  server.notify('session/cancel', { sessionId: session });
});

test('conclude on a terminal', async () => {
  const place = new Place();
  const id = await begun(place);
  const screen = new Screen(place, { columns: 220 });
  const text = await screen.output(`"$TINE" conclude ${id} '[[say:## Found]]'`);
  assert.equal(text, `## Found\ntine: concluded ${id}; the summary is in ${await fileOf(place, id)}\n`);
});

test('conclude on a full disk: nothing is half kept, and the session can be concluded later', async () => {
  const place = await Place.onSmallDisk();
  const id = await begun(place);
  // With each step there is a little more room: for nothing, for the turn, in the end for the summary.
  let refusals = 0;
  for (let left = 0; ; left += 12 * 1024) {
    place.disk.fill(left);
    const { code, stderr } = await place.tine(['conclude', id, '[[burst:10:2000]]']);
    const files = place.disk.files();
    place.disk.free();
    if (code === 0) break;
    refusals += 1;
    assert.match(stderr, /No space left on device\n {6}Free some disk space/);
    assert.doesNotMatch(files, /conclusion/);
    assert.equal((await place.json('session', 'show', id)).status, 'active');
    assert.equal(await place.says('reply', id, 'hello'), 'You said: hello\n');
  }
  assert.ok(refusals > 1, `${refusals}`);
  assert.match(place.disk.files(), /output\/conclusion\.md/);
  assert.equal((await place.json('session', 'show', id)).status, 'retired');
  assert.match(await place.says('session', 'verify', '--all'), / 0 damaged\n$/);
});
