// Finding where something was said.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { defer, program, test, until } from '../clients/cases.mjs';
import { environment, Server } from '../clients/server.mjs';
import { hostile } from '../process/hostile.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

const rows = (text) => text.split('\n').filter(Boolean);
const run = async (place, ...args) => (await place.json('run', ...args)).sessionId;
const index = (place) => join(place.state, 'tine/search.db');
const has = (place, word) => existsSync(index(place)) && readFileSync(index(place)).includes(word);

/// Hits as "ID who".
async function found(place, ...args) {
  const ended = await place.tine(['search', '--json', ...args]);
  const { hits } = JSON.parse(ended.stdout);
  assert.equal(ended.code, hits.length > 0 ? 0 : 1, ended.stderr);
  return hits.map(({ sessionId, who }) => `${sessionId} ${who}`);
}

/// Holds the lock under which the index is brought up to date.
async function holdLock(place) {
  const holder = spawn('flock', [join(place.state, 'tine/search.lock'), 'sh', '-c', 'echo held; exec sleep 600'],
    { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const release = () => { try { process.kill(-holder.pid, 'SIGKILL'); } catch { /* it is gone */ } };
  defer(release);
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  return release;
}

test('search: a line a hit in a pipe, this project alone, the newest first', async () => {
  const place = new Place();
  const one = await run(place, '--description', 'The first', 'Fix the login_form now');
  const two = await run(place, 'And the logout');
  const other = new Place();
  Object.assign(other, { state: place.state, env: place.env });
  const three = await run(other, 'login elsewhere');
  const lines = rows(await place.says('search', 'LOGIN', 'form'));
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^\S{10,}  turn 1  answer  just now  The first  You said: Fix the login_form now$/);
  assert.match(lines[1], /^\S{10,}  turn 1  prompt  just now  The first  Fix the login_form now$/);
  assert.ok(one.startsWith(lines[0].split(' ')[0]));
  assert.deepEqual(await found(place, 'log*'),
    [`${two} answer`, `${two} prompt`, `${one} answer`, `${one} prompt`]);
  assert.deepEqual(await found(place, '--all', 'login'),
    [`${three} answer`, `${three} prompt`, `${one} answer`, `${one} prompt`]);
  assert.deepEqual(await found(place, '--project', other.project, 'login'), [`${three} answer`, `${three} prompt`]);
  assert.deepEqual(await found(place, '--backend', 'none,other', 'login'), []);
  assert.deepEqual(await found(place, '--backend', 'none,rehearsal', '"the login_form"'),
    [`${one} answer`, `${one} prompt`]);
  assert.deepEqual(await found(place, '--since', '1h', 'logout'), [`${two} answer`, `${two} prompt`]);
  assert.deepEqual(await found(place, '--since', '2100-01-01', 'logout'), []);
  assert.equal(await place.says('session', 'search', 'logout'), await place.says('search', 'logout'));
  const limited = await place.ends(0, 'search', '--limit', '1', 'logout');
  assert.equal(rows(limited.stdout).length, 1);
  assert.equal(limited.stderr, 'There are older ones; --limit N shows more\n');
  const hit = JSON.parse(await place.says('search', '--json', 'now')).hits[0];
  assert.deepEqual({ ...hit, time: 0, seq: 0 }, { sessionId: one, title: 'The first', cwd: place.project,
    backend: 'rehearsal', who: 'answer', turn: 1, time: 0, seq: 0,
    excerpt: [{ text: 'You said: Fix the login_form ' }, { text: 'now', match: true }] });
  assert.equal(statSync(index(place)).mode & 0o777, 0o600);
});

test('search: what is not found, or cannot be searched for, says what to do', async () => {
  const place = new Place();
  await run(place, 'hello');
  const nothing = await place.ends(1, 'search', 'absent');
  assert.deepEqual([nothing.stdout, nothing.stderr], ['',
    "Nothing was found.\nOnly this project's sessions were searched; --all searches those of all projects.\n"]);
  assert.equal((await place.ends(1, 'search', '--all', 'absent')).stderr, 'Nothing was found.\n');
  assert.match((await place.ends(2, 'search', '--', '->')).stderr,
    /^tine: there is no letter or digit in it\n.*Name at least one word/);
  assert.match((await place.ends(2, 'search', '--since', 'soon', 'a')).stderr, /^tine: "soon" is no time to search from\n/);
  assert.match((await place.ends(2, 'search')).stderr, /^tine: /);
  assert.match((await place.ends(2, 'search', '--all', '--project', '.', 'a')).stderr, /^tine: .*--all/);
  for (const limit of ['0', '1001']) await place.ends(2, 'search', '--limit', limit, 'a');
  // Nothing is syntax but quotes and a star at the end.
  await place.ends(1, 'search', 'hello" OR NEAR(x) ^* col:y -z');
});

test('search on a terminal: below their sessions, with the words marked', async () => {
  const place = new Place();
  await run(place, '--description', 'The title', 'Look at the needle in the haystack');
  const screen = new Screen(place, { columns: 80 });
  const text = await screen.output('"$TINE" search needle haystack');
  assert.match(text, /^\S{10,}  The title\n  turn 1, answer, just now\n    You said: Look at the needle in the haystack\n  turn 1, prompt, just now\n    Look at the needle in the haystack\n$/);
  assert.ok(screen.text(true).includes('\x1b[1m\x1b[33mneedle\x1b[0m') ||
    /\x1b\[1;?3?3?m.*needle/.test(screen.text(true)), screen.text(true));
  assert.doesNotMatch(await screen.output('NO_COLOR=1 "$TINE" search needle | cat -v'), /\^\[/);
});

test('search: hostile texts do nothing to a terminal, and nothing in a pipe', async () => {
  const place = new Place();
  for (const text of hostile) await run(place, `needle ${text.replaceAll('\0', '')} thread`);
  const screen = new Screen(place, { columns: 120, rows: 200 });
  const before = screen.fact('pane_title');
  const text = await screen.output('"$TINE" search --limit 100 needle thread');
  assert.equal(screen.fact('pane_title'), before);
  assert.equal(screen.buffers(), '');
  assert.equal(rows(text).filter((line) => /needle/.test(line)).length >= 2 * hostile.length, true, text);
  const piped = await place.says('search', '--limit', '100', 'needle', 'thread');
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(piped, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]/);
});

test('search: deleted, cleaned and renamed sessions leave the index with their words', async () => {
  const place = new Place();
  const one = await run(place, 'a zanzibar of words');
  const two = await run(place, 'a quagga of words');
  const three = await run(place, '--description', 'Walrus', 'an okapi of words');
  assert.equal((await found(place, 'words')).length, 6);
  assert.ok(has(place, 'zanzibar') && has(place, 'quagga') && has(place, 'walrus'));
  await place.says('session', 'delete', '--yes', one);
  assert.ok(!has(place, 'zanzibar') && !has(place, one) && has(place, 'quagga'));
  assert.deepEqual(await found(place, 'zanzibar'), []);
  assert.deepEqual(await found(place, 'walrus'), [`${three} title`]);
  await place.says('session', 'rename', three, 'Narwhal');
  assert.deepEqual(await found(place, 'walrus'), []);
  assert.ok(!has(place, 'walrus'));
  assert.deepEqual(await found(place, 'narwhal'), [`${three} title`]);
  // One that a fork needs is hidden: its words leave all the same.
  await run(place, '--fork-from', two, '--description', 'The fork', 'of it');
  await place.says('session', 'delete', '--yes', '--purge', two);
  assert.ok(!has(place, 'quagga'));
  assert.deepEqual((await found(place, 'quagga')), []);
  const server = new Server({ env: { ...place.env, TINE_MAX_TOTAL_BYTES: '1' } });
  await server.initialize();
  server.stdin.end();
  await server.exited;
  await place.tine(['session', 'clean'], { env: { TINE_MAX_TOTAL_BYTES: '1' } });
  assert.ok(!has(place, 'okapi'));
  assert.deepEqual(await found(place, 'words'), []);
  assert.ok(!existsSync(`${index(place)}-journal`));
});

test('search: several at once, and one that is killed, leave a whole index', async () => {
  const place = new Place();
  for (let i = 0; i < 5; ++i) await run(place, `[[burst:200:2000]] common number${i}`);
  const searches = await Promise.all([1, 2, 3, 4].map(() => place.tine(['search', '--json', 'common'])));
  for (const { code, stdout, stderr } of searches) {
    // One that came while another made the index says so.
    assert.ok(code === 0 ? JSON.parse(stdout).hits.length > 0 : /search index/.test(stderr), stderr);
  }
  const all = await found(place, '--limit', '100', 'common');
  assert.equal(all.filter((hit) => hit.endsWith('prompt')).length, 5);
  for (let i = 0; i < 8; ++i) {
    await run(place, `[[burst:100:2000]] another${i}`);
    const victim = spawn(program, ['search', 'common'], { cwd: place.project, env: environment(place.env), stdio: 'ignore' });
    const gone = new Promise((resolve) => victim.on('exit', resolve));
    await until('a search that writes', () => victim.exitCode !== null || existsSync(`${index(place)}-journal`));
    victim.kill('SIGKILL');
    await gone;
    assert.equal((await found(place, `another${i}`)).filter((hit) => hit.endsWith('prompt')).length, 1);
  }
  assert.deepEqual(await found(place, '--limit', '100', 'common'), all);
});

test('search: a damaged index is set aside and made anew, with one notice', async () => {
  const place = new Place();
  const one = await run(place, 'a needle');
  await found(place, 'needle');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(index(place), 'nonsense '.repeat(1000));
  const ended = await place.ends(0, 'search', 'needle');
  assert.match(ended.stderr, /^The search index was damaged \(.+\) and was made anew; the old one is kept as search\.db\.damaged\.\n$/);
  assert.equal(rows(ended.stdout).length, 2);
  await place.says('search', 'needle');
  await place.says('session', 'delete', '--yes', one);
  assert.deepEqual(readdirSync(join(place.state, 'tine')).filter((name) => name.includes('damaged')), []);
});

test('search on a full disk: what is in the index is found, and what is missing is told of', async () => {
  const place = await Place.onSmallDisk();
  await run(place, 'a needle');
  place.disk.fill();
  const none = await place.ends(1, 'search', 'needle');
  assert.equal(none.stdout, '');
  assert.match(none.stderr, /^tine: the search index cannot be used: .*full\n {6}Free some disk space/);
  place.disk.free();
  assert.equal((await found(place, 'needle')).length, 2);
  await run(place, `another needle ${'and hay '.repeat(10_000)}`);
  place.disk.fill(8192);
  const some = await place.ends(0, 'search', 'needle');
  assert.equal(rows(some.stdout).length, 2);
  assert.match(some.stderr, /^The search index could not be brought up to date: .*full\n$/);
  place.disk.free();
  const all = await place.ends(0, 'search', 'needle');
  assert.deepEqual([rows(all.stdout).length, all.stderr], [4, '']);
});

test('search over ACP: one that is cancelled is answered so, and the next one finds', async () => {
  const place = new Place();
  await run(place, 'a needle');
  await found(place, 'needle');
  const release = await holdLock(place);
  const server = new Server({ env: place.env });
  await server.initialize();
  const searching = server.request('_tine/search', { query: 'needle' });
  server.notify('$/cancel_request', { requestId: searching.id });
  const fault = await searching.then(() => assert.fail('it was answered'), (error) => error);
  assert.deepEqual([fault.code, fault.data.tine.kind], [-32800, 'cancelled']);
  // In the same write, and of a request that is over.
  const other = server.together(() => {
    const asked = server.request('_tine/search', { query: 'needle' });
    server.notify('$/cancel_request', { requestId: asked.id });
    return asked;
  });
  await assert.rejects(other, { code: -32800 });
  release();
  const after = server.request('_tine/search', { query: 'needle' });
  assert.equal((await after).hits.length, 2);
  server.notify('$/cancel_request', { requestId: after.id });
  assert.equal((await server.request('_tine/search', { query: 'needle' })).hits.length, 2);
  server.stdin.end();
  await server.exited;
});

test('search over ACP: another process that has the lock delays no turn', async () => {
  const place = new Place();
  await run(place, 'a needle');
  await found(place, 'needle');
  const release = await holdLock(place);
  const server = new Server({ env: place.env });
  const { agentCapabilities } = await server.initialize();
  assert.equal(agentCapabilities._meta.tine.search, true);
  const searching = server.request('_tine/search', { query: 'needle' });
  const id = await server.newSession(place.project);
  assert.equal((await server.prompt(id, 'another needle')).stopReason, 'end_turn');
  const { hits, notices } = await searching;
  assert.ok(hits.length >= 2);
  assert.match(notices[0], /^Another process is bringing the search index up to date/);
  release();
  const after = await server.request('_tine/search', { query: '"another needle"', cwd: place.project });
  assert.deepEqual(after.hits.map(({ sessionId, who }) => `${sessionId} ${who}`), [`${id} answer`, `${id} prompt`]);
  assert.equal(after.notices, undefined);
  server.stdin.end();
  await server.exited;
});
