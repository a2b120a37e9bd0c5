// Verbs that look after sessions.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

import { defer, directory, program, test, until } from '../clients/cases.mjs';
import { environment, Server } from '../clients/server.mjs';
import { hostile } from '../process/hostile.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

const rows = (text) => text.split('\n').filter(Boolean);
const firsts = (text) => rows(text).map((row) => row.split(' ')[0]);
const run = async (place, ...args) => (await place.json('run', ...args)).sessionId;

/// Where its files are.
function folderOf(place, id) {
  const projects = join(place.state, 'tine');
  return readdirSync(projects).map((name) => join(projects, name, 'sessions', id)).find(existsSync);
}

/// As if it had been used last at that time.
function age(place, id, time) {
  utimesSync(join(folderOf(place, id), 'state.toml'), time, time);
  rmSync(join(place.state, 'tine/index'), { force: true });
}

test('session list: short ids, times as people say them, the whole in JSON', async () => {
  const place = new Place();
  const ids = [];
  for (const title of ['one', 'two', 'three', 'four']) ids.push(await run(place, title));
  const now = Date.now();
  const midnight = new Date().setHours(0, 0, 0, 0);
  age(place, ids[1], new Date(now - 5 * 60_000));
  age(place, ids[2], new Date(midnight - 3600_000));
  age(place, ids[3], new Date(2024, 9, 4, 12, 30));
  const text = await place.says('session', 'list');
  for (const [i, short] of firsts(text).entries()) {
    assert.ok(ids[i].startsWith(short) && short.length >= 10 && short.length < 26, text);
    assert.ok(ids.every((id, other) => other === i || !id.startsWith(short)), text);
  }
  assert.deepEqual(rows(text).map((row) => row.replace(/^\S+ +/, '').replace(/ {2,}.*/, '')),
    ['just now', '5 minutes ago', 'yesterday 23:00', '2024-10-04 12:30']);
  assert.deepEqual((await place.sessions()).map(({ id }) => id), ids);
});

test('session list by backend, branch and project; what is not there says what to do', async () => {
  const place = new Place();
  place.configure('default_backend = "rehearsal"\n[backends.rehearsal]\nkind = "rehearsal"\n[backends.other]\nkind = "rehearsal"\n[backends.third]\nkind = "rehearsal"\n');
  const git = (...args) => execFileSync('git', ['-C', place.project, ...args], { stdio: 'pipe' });
  git('init', '-q', '-b', 'work');
  const one = await run(place, 'one');
  git('symbolic-ref', 'HEAD', 'refs/heads/side');
  const two = await run(place, '--backend', 'other', 'two');
  const three = await run(place, '--backend', 'third', 'three');
  const listed = async (...args) => (await place.json('session', 'list', ...args)).map(({ id }) => id);
  assert.deepEqual(await listed('--backend', 'other'), [two]);
  assert.deepEqual(await listed('--backend', 'rehearsal,third'), [three, one]);
  assert.deepEqual(await listed('--branch', 'side'), [three, two]);
  assert.deepEqual(await listed('--branch', 'side', '--backend', 'other,rehearsal'), [two]);
  const other = new Place();
  Object.assign(other, { state: place.state, env: place.env });
  assert.deepEqual(await other.json('session', 'list', '--project', place.project), [
    ...await place.sessions()]);
  assert.deepEqual(await listed('--all'), [three, two, one]);
  assert.deepEqual((await other.json('session', 'list', '--all')).map(({ id }) => id), [three, two, one]);
  assert.equal(await other.says('session', 'list'),
    `There are no sessions of ${other.project} yet.\nBegin one with: tine run "…", or in an editor that runs ` +
    'tine acp.\nThose of all projects: tine session list --all\n');
  assert.equal(await place.says('session', 'list', '--branch', 'none'),
    `There are no sessions of ${place.project} with that backend or branch.\nThe others: tine session list\n`);
  assert.match((await place.ends(2, 'session', 'list', '--all', '--project', '.')).stderr, /^tine: .*--all/);
});

test('session list shows 50, or as many as are asked for, and says how many there are', async () => {
  const place = new Place();
  const server = new Server({ env: place.env });
  await server.initialize();
  const ids = [];
  for (let i = 0; i < 52; ++i) {
    const id = await server.newSession(place.project);
    await server.prompt(id, `number ${i}`);
    ids.unshift(id);
  }
  const { sessionId: fork } = await server.request('session/fork',
    { sessionId: ids[51], cwd: place.project, mcpServers: [] });
  ids.unshift(fork);
  server.stdin.end();
  await server.exited;
  const listed = await place.ends(0, 'session', 'list');
  assert.equal(listed.stderr, '3 older sessions not shown; --limit N shows more\n');
  assert.equal(rows(listed.stdout).length, 50);
  assert.deepEqual(rows(await place.says('session', 'list', '--limit', '53')).length, 53);
  assert.deepEqual((await place.sessions()).map(({ id }) => id), ids);
  assert.deepEqual((await place.json('session', 'list', '--limit', '2')).map(({ id }) => id), ids.slice(0, 2));
  // A family stays together, also where its head is beyond what is shown.
  const tree = await place.ends(0, 'session', 'list', '--tree', '--limit', '2');
  assert.match(tree.stdout, /^\S+ .* number 0\n└─ \S+ .* number 0 \(fork 1\)\n\S+ .* number 51\n$/);
  assert.equal(tree.stderr, '51 older sessions not shown; --limit N shows more\n');
  await place.ends(2, 'session', 'list', '--limit', '0');
});

test('session list looks through thousands, and tells ids apart that begin alike', async () => {
  const place = new Place();
  const first = await run(place, 'the first');
  const folder = folderOf(place, first);
  const state = readFileSync(join(folder, 'state.toml'), 'utf8');
  const ids = [first];
  for (let i = 0; i < 2100; ++i) {
    // Of the same moment: only the last letters differ.
    const id = `${first.slice(0, 22)}${(i + 32 ** 3).toString(32).toUpperCase().replace(/[ILOU]/g, (c) => 'WXYZ'['ILOU'.indexOf(c)])}`;
    if (id === first) continue;
    mkdirSync(join(folder, '..', id));
    writeFileSync(join(folder, '..', id, 'state.toml'), state.replaceAll(first, id));
    utimesSync(join(folder, '..', id, 'state.toml'), 1_700_000_000 + i, 1_700_000_000 + i);
    ids.splice(1, 0, id);
  }
  rmSync(join(place.state, 'tine/index'));
  assert.deepEqual((await place.sessions()).map(({ id }) => id), ids);
  const shorts = firsts(await place.says('session', 'list', '--limit', '3000'));
  assert.equal(new Set(shorts).size, ids.length);
  assert.ok(shorts.every((short, i) => ids[i].startsWith(short)));
  // The one that is looked for is beyond the first of them that are looked at.
  writeFileSync(join(folder, '..', ids[1500], 'state.toml'),
    state.replaceAll(first, ids[1500]).replace('backend = "rehearsal"', 'backend = "other"'));
  utimesSync(join(folder, '..', ids[1500], 'state.toml'), 1_700_000_000, 1_700_000_000);
  rmSync(join(place.state, 'tine/index'));
  assert.deepEqual((await place.json('session', 'list', '--backend', 'other')).map(({ id }) => id), [ids[1500]]);
  assert.equal(rows(await place.says('session', 'list', '--backend', 'other')).length, 1);
});

test('session list on a terminal: heads, and lines that fit', async () => {
  const place = new Place();
  const title = 'A title that is far too long for a terminal of eighty columns, as it goes on and on';
  const parent = await run(place, `[[title:${title}]]`);
  await run(place, '--fork-from', parent, '[[title:日本語のとても長い題名はここで切れる、端末の幅が足りないから]]');
  const screen = new Screen(place, { columns: 80 });
  const text = await screen.output('"$TINE" session list');
  assert.match(text, /^session +last used +turns +prompt\/cached\/output +backend +title\n/);
  const [head, fork, first] = rows(text);
  assert.match(fork, /日本.*…$/);
  assert.match(first, / A title that.*…$/);
  assert.equal(first.length, 80);
  assert.equal(fork.indexOf('rehearsal'), head.indexOf('backend'));
  assert.match(await screen.output('"$TINE" session list --tree'), /^\S+ .*…\n└─ \S+ .*…\n$/);
  // In a pipe it is whole.
  assert.ok((await place.says('session', 'list')).includes(`${title}\n`));
});

/// A server with a turn that runs until it is cancelled, or the server is ended.
async function atWork(place, prompt = '[[say:on it]] [[hang]]') {
  const { server } = await Server.open({ env: place.env });
  const id = await server.newSession(place.project);
  const answer = server.request('session/prompt', { sessionId: id, prompt: [{ type: 'text', text: prompt }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'on it');
  return { server, id, answer };
}

test('session result: the last answer alone on stdout, what it cost on stderr', async () => {
  const place = new Place();
  const ran = await place.json('run', '[[say:first]] [[say:second]] [[usage:input=966,cache_read=1234,output=5]]');
  const { stdout, stderr } = await place.ends(0, 'session', 'result', ran.sessionId);
  assert.equal(stdout, `${ran.output}\n`);
  assert.match(stderr, /^Turn 1 ended at \S+Z after \d+\.\d s: end_turn\nTokens: prompt 2,200 \(fresh 966, written to the cache \?\), output 5\nCache read: 1,234 tokens \(56 % hit rate\)\n$/);
  const told = await place.json('session', 'result', ran.sessionId);
  assert.deepEqual([told.sessionId, told.turn, told.output, told.stopReason, told.fork, told.error],
    [ran.sessionId, 1, ran.output, 'end_turn', null, undefined]);
  assert.deepEqual(told.usage.tokens.cacheRead, 1234);
  assert.ok(Number.isInteger(told.ms) && Math.round(told.cacheHitRatio * 100) === 56);
  await place.says('reply', ran.sessionId, 'hello');
  assert.equal((await place.ends(0, 'session', 'result', ran.sessionId)).stdout, 'You said: hello\n');
  // The first turn of a fork says what the past did cost.
  const forked = await run(place, '--fork-from', ran.sessionId, 'again');
  assert.match((await place.ends(0, 'session', 'result', forked)).stderr,
    /\nFork: the past cost fresh \d+, cached [\d,]+ tokens; expected were fresh \d+, cached [\d,]+\n$/);
  await place.ends(9, 'run', '--session', forked, '[[say:Oh.]] [[fail:usage_limit]]');
  const failed = await place.ends(0, 'session', 'result', forked);
  assert.equal(failed.stdout, 'Oh.\n');
  assert.match(failed.stderr, /: error\nIt failed: /);
});

test('session result: a secret that is known by now is not shown', async () => {
  const place = new Place();
  const word = 'open-sesame-42';
  const id = await run(place, `[[say:the word is ${word}]]`);
  assert.equal((await place.ends(0, 'session', 'result', id)).stdout, `the word is ${word}\n`);
  place.configure(`[redact]\nliterals = ["${word}"]\n`);
  assert.match((await place.ends(0, 'session', 'result', id)).stdout, /^the word is «redacted:.*»\n$/);
  assert.match((await place.json('session', 'result', id)).output, /^the word is «redacted:.*»$/);
});

test('session result: a session without a turn that has ended says so', async () => {
  const place = new Place();
  const { id, server, answer } = await atWork(place);
  const { stdout, stderr } = await place.ends(1, 'session', 'result', id);
  assert.equal(stdout, '');
  assert.equal(stderr, `tine: no turn of the session has ended yet\n      tine session logs ${id} --follow shows what it does.\n`);
  server.notify('session/cancel', { sessionId: id });
  await answer;
  assert.match((await place.ends(0, 'session', 'result', id)).stderr, /: cancelled\n/);
  await place.ends(6, 'session', 'result', '01ZZZZ');
});

test('session logs: a line an event, without the texts of answers', async () => {
  const place = new Place();
  const id = await run(place, '[[say:a secret answer]] [[tool:read:Read a.c]] [[notice:warning:Nearly full]] [[say:done]]');
  await place.tine(['reply', id, '--allow', 'other', '[[ask:May I?]]']);
  const text = await place.says('session', 'logs', id);
  const events = rows(text).map((row) => row.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d {2}/, ''));
  assert.deepEqual(events.map((each) => each.replace(/\d+\/\d+\/\d+|\?\/\?\/\?/, 'TOKENS')), [
    'turn 1: [[say:a secret answer]] [[tool:read:Read a.c]] [[notice:warning:Nearly full]] [[say:done]]',
    'tool call: Read a.c', 'tool call completed: Read a.c', 'warning: Nearly full',
    'turn 1 ended: end_turn; tokens: TOKENS',
    'turn 2: [[ask:May I?]]', 'tool call: May I?', 'question 1: session/request_permission: May I?',
    'answer 1: allow (--allow other)', 'tool call completed: May I?',
    'turn 2 ended: end_turn; tokens: TOKENS']);
  assert.doesNotMatch(events.slice(1).join('\n'), /secret/);
  assert.equal(await place.says('session', 'logs', id, '--tail', '2'), `${rows(text).slice(-2).join('\n')}\n`);
  assert.equal((await place.ends(0, 'session', 'logs', id, '--follow')).stderr, 'No turn runs.\n');
});

/// `tine session logs --follow`, while it runs.
function following(place, id) {
  const child = spawn(program, ['session', 'logs', id, '--follow', '--tail', '1'],
    { cwd: place.project, env: environment(place.env), stdio: ['ignore', 'pipe', 'pipe'] });
  defer(() => child.kill('SIGKILL'));
  const seen = { child, text: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (part) => { seen.text += part; });
  child.stderr.setEncoding('utf8').on('data', (part) => { seen.errors += part; });
  seen.ended = new Promise((done) => { child.on('close', (code, signal) => done([code, signal])); });
  return seen;
}

test('session logs --follow shows what another process does, until the turn ends', async () => {
  const place = new Place();
  const { id, server, answer } = await atWork(place);
  const seen = following(place, id);
  await until('the prompt', () => seen.text.includes('turn 1: '));
  server.notify('session/cancel', { sessionId: id });
  await answer;
  assert.deepEqual(await seen.ended, [0, null]);
  assert.match(seen.text, /  turn 1: .*\n.*  turn 1 ended: cancelled.*\n$/);
});

test('session logs --follow ends with its owner, and with Ctrl-C', async () => {
  const place = new Place();
  const { id, server } = await atWork(place);
  const interrupted = following(place, id);
  const seen = following(place, id);
  for (const each of [interrupted, seen]) await until('the prompt', () => each.text.includes('turn 1: '));
  interrupted.child.kill('SIGINT');
  assert.deepEqual(await interrupted.ended, [130, null]);
  server.child.kill('SIGKILL');
  assert.deepEqual(await seen.ended, [13, null]);
  assert.match(seen.errors, /^tine: the process that ran the turn is gone\n {6}/);
});

test('session is-alive tells by whom a session is used, and sees at once that its owner was killed', async () => {
  const place = new Place();
  const { id, server } = await atWork(place);
  assert.match(await place.says('session', 'is-alive', id.slice(0, 20)),
    new RegExp(`^in use by PID ${server.pid} on .* since \\d{4}-.*Z\n$`));
  const { host, reason, since, ...alive } = await place.json('session', 'is-alive', id);
  assert.deepEqual(alive, { id, alive: true, pid: server.pid });
  assert.ok(host && reason && !Number.isNaN(Date.parse(since)));
  server.child.kill('SIGKILL');
  await server.exited;
  const { stdout } = await place.ends(1, 'session', 'is-alive', id);
  assert.equal(stdout, 'not in use\n');
  // The file still names a process. That another one has its number now changes nothing.
  const lock = join(folderOf(place, id), 'locks/session.lock');
  const holder = JSON.parse(readFileSync(lock, 'utf8'));
  assert.equal(holder.pid, server.pid);
  writeFileSync(lock, JSON.stringify({ ...holder, pid: process.pid }));
  assert.equal((await place.ends(1, 'session', 'is-alive', id)).stdout, 'not in use\n');
  assert.deepEqual(JSON.parse((await place.ends(1, 'session', 'is-alive', id, '--json')).stdout), { id, alive: false });
});

test('the lock tells which process holds a session, not the pid in the file', async () => {
  const place = new Place();
  const { id, server, answer } = await atWork(place);
  const lock = join(folderOf(place, id), 'locks/session.lock');
  const holder = JSON.parse(readFileSync(lock, 'utf8'));
  const show = async () => (await place.says('session', 'show', id)).split('\n')[1];
  assert.match(await show(), new RegExp(`in use by PID ${server.pid} on `));
  // The number of a process that runs, but has not held it; as on a full disk, nothing.
  for (const text of [JSON.stringify({ ...holder, pid: process.pid }), '']) {
    writeFileSync(lock, text);
    assert.equal(await place.says('session', 'is-alive', id), 'in use\n');
    assert.deepEqual(await place.json('session', 'is-alive', id), { id, alive: true });
    assert.match(await show(), /active; in use$/);
    assert.match((await place.ends(8, 'reply', id, 'more')).stderr, /^tine: Session locked by another process\n/);
    assert.match((await place.ends(12, 'wait', id, '--timeout', '1')).stderr, /still runs/);
  }
  assert.equal(await place.says('cancel', id), `cancelled ${id}\n`);
  await answer;
});

test('session is-alive: the backend of a killed process is not taken for it', async () => {
  const place = new Place();
  writeFileSync(join(place.project, 'texts.json'), '["on it"]');
  place.configure('default_backend = "rude"\n[backends.rude]\nkind = "acp"\n' +
    `command = ["${process.execPath}", "${resolve('tests/command_line/rude_agent.mjs')}", "${join(place.project, 'texts.json')}"]\n`);
  const { server } = await Server.open({ env: place.env });
  const id = await server.newSession(place.project);
  server.prompt(id, 'ask');
  await server.waitFor('a question', ({ method }) => method === 'session/request_permission');
  assert.equal((await place.json('session', 'is-alive', id)).pid, server.pid);
  server.child.kill('SIGKILL');
  await server.exited;
  assert.equal((await place.ends(1, 'session', 'is-alive', id)).stdout, 'not in use\n');
});

test('session artifacts: what is in output/, with sizes; links lead nowhere', async () => {
  const place = new Place();
  const id = await run(place, 'hello');
  const output = join(folderOf(place, id), 'output');
  assert.equal(await place.says('session', 'artifacts', id), `There are no files in ${output}.\n`);
  mkdirSync(join(output, 'deep'), { recursive: true });
  writeFileSync(join(output, 'a\x1b]0;x.md'), 'x'.repeat(1536));
  writeFileSync(join(output, 'deep/b'), '');
  symlinkSync('/etc', join(output, 'link'));
  symlinkSync('/etc/passwd', join(output, 'link to a file'));
  for (const name of ['d', 'c', 'e']) writeFileSync(join(output, name), 'x');
  assert.equal(await place.says('session', 'artifacts', id),
    `1.5 KiB  ${output}/a\\u001b]0;x.md\n${['c', 'd'].map((name) => `1 B      ${output}/${name}\n`).join('')}` +
    `0 B      ${output}/deep/b\n1 B      ${output}/e\n`);
  assert.deepEqual(await place.json('session', 'artifacts', id),
    [['a\x1b]0;x.md', 1536], ['c', 1], ['d', 1], ['deep/b', 0], ['e', 1]]
      .map(([name, bytes]) => ({ path: `${output}/${name}`, bytes })));
  rmSync(output, { recursive: true });
  symlinkSync('/etc', output);
  assert.deepEqual(await place.json('session', 'artifacts', id), []);
});

/// A checksum of all names and bytes in a folder.
function checksum(folder) {
  const hash = createHash('sha256');
  const walk = (path) => {
    const facts = lstatSync(path);
    hash.update(`${path} ${facts.mode} ${facts.mtimeMs}\n`);
    if (facts.isDirectory()) readdirSync(path).sort().forEach((name) => walk(join(path, name)));
    if (facts.isFile()) hash.update(readFileSync(path));
  };
  walk(folder);
  return hash.digest('hex');
}

test('session clean by backend takes whole families; a dry run changes nothing, and no link is followed', async () => {
  const place = new Place();
  place.configure('default_backend = "one"\n[backends.one]\nkind = "rehearsal"\n[backends.two]\nkind = "rehearsal"\n');
  const one = await run(place, 'one');
  const two = await run(place, '--backend', 'two', 'two');
  const mixed = await run(place, '--backend', 'two', 'mixed');
  const fork = (await place.json('fork', mixed, '--to', 'one', '--strategy', 'soft')).sessionId;
  await place.says('reply', fork, 'x');
  const outside = directory('outside');
  writeFileSync(join(outside, 'kept'), 'kept');
  symlinkSync(outside, join(folderOf(place, two), 'output/link'));
  const days = 40 * 24 * 3600_000;
  for (const id of [one, two, mixed, fork]) age(place, id, new Date(Date.now() - days));
  await place.sessions();  // makes the index anew
  const before = checksum(place.state);
  const plan = await place.says('session', 'clean', '--days', '30', '--backend', 'two', '--dry-run');
  assert.match(plan, new RegExp(`^.*\n {2}${two} {2}two\n1 session, .* stay\n$`));
  assert.equal(checksum(place.state), before);
  assert.match(await place.says('session', 'clean', '--days', '30', '--backend', 'two'), /^removed 1 session, /);
  assert.deepEqual(new Set((await place.sessions()).map(({ id }) => id)), new Set([one, mixed, fork]));
  assert.deepEqual(readdirSync(outside), ['kept']);
  assert.match(await place.says('session', 'clean', '--days', '30', '--backend', 'two,one'), /^removed 3 sessions, /);
  assert.match((await place.ends(2, 'session', 'clean', '--backend', 'two')).stderr, /--days/);
});

test('session export --format html: one page of the conversation, whatever it says, and no script', async () => {
  const place = new Place();
  const attack = '</pre><script>alert(1)</script><img src=x onerror="alert(1)">\'&amp;';
  const all = hostile.map((text) => text.replaceAll('\0', '')).join(' ');
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const id = await run(place, `[[title:${attack}]] [[think:${attack}]] [[tool:execute:${attack}]] [[say:${attack}]]`);
  await place.tine(['reply', id, `[[say:${all}]] [[say:the key ${secret}]] [[fail:${attack}]]`]);
  const page = await place.says('session', 'export', '--format', 'html', id);
  assert.match(page, /^<!DOCTYPE html>\n<html lang="en">\n[^]*<h2>Turn 1<\/h2>[^]*<h2>Turn 2<\/h2>[^]*<\/body>\n<\/html>\n$/);
  assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/);
  const tags = new Set([...page.matchAll(/<\/?([a-z!]\w*)/gi)].map(([, tag]) => tag.toLowerCase()));
  assert.deepEqual([...tags].sort(), ['!DOCTYPE', 'body', 'dd', 'details', 'div', 'dl', 'dt', 'h1', 'h2', 'head',
    'html', 'meta', 'p', 'pre', 'style', 'summary', 'time', 'title'].map((each) => each.toLowerCase()).sort());
  assert.doesNotMatch(page, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]/);
  assert.ok(page.includes('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;amp;'));
  assert.ok(!page.includes(secret) && page.includes('«redacted:'));
});

test('session compress: a backend without a command for it is refused, and nothing is sent', async () => {
  const place = new Place();
  const id = await run(place, 'hello');
  const { stdout, stderr } = await place.ends(1, 'session', 'compress', id);
  assert.equal(stdout, '');
  assert.equal(stderr, 'tine: the backend rehearsal has no command that compresses its context\n' +
    `      Begin anew from a summary instead: tine fork ${id} --strategy soft.\n`);
  assert.equal((await place.json('session', 'show', id)).turns, 1);
  await place.says('reply', id, '[[compact:We greeted]]');
  assert.equal((await place.json('session', 'show', id)).status, 'available');
});

test('session checkpoint notes a session at a commit, and touches neither index nor work tree', async () => {
  const place = new Place();
  const git = (...args) => execFileSync('git', ['-C', place.project, '-c', 'user.name=a', '-c', 'user.email=a@b',
    ...args], { stdio: 'pipe', encoding: 'utf8' });
  const id = await run(place, '[[title:A \x1b]0;title]]');
  assert.match((await place.ends(1, 'session', 'checkpoint', id)).stderr, /^tine: .* is in no git repository/);
  git('init', '-q', '-b', 'main');
  assert.match((await place.ends(1, 'session', 'checkpoint', id)).stderr, /has no commit yet/);
  assert.equal(await place.says('session', 'checkpoints'),
    'There are no checkpoints in this repository.\nMake one with: tine session checkpoint ID\n');
  writeFileSync(join(place.project, 'file'), 'one');
  git('add', 'file');
  git('commit', '-qm', 'one');
  // Something staged, something not, something new; and a repository that would start a program.
  writeFileSync(join(place.project, 'staged'), 'x');
  git('add', 'staged');
  writeFileSync(join(place.project, 'file'), 'two');
  writeFileSync(join(place.project, 'new'), 'x');
  const mark = join(directory('mark'), 'sprung');
  const trap = join(directory('trap'), 'reference-transaction');
  writeFileSync(trap, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
  git('config', 'core.hooksPath', join(trap, '..'));
  git('config', 'core.editor', trap);
  git('config', 'core.fsmonitor', trap);
  const looks = () => [git('-c', 'core.fsmonitor=', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks', 'status',
    '--porcelain=v2'), createHash('sha256').update(readFileSync(join(place.project, '.git/index'))).digest('hex'),
  git('rev-parse', 'HEAD')];
  const before = looks();
  const commit = git('rev-parse', 'HEAD').trim();
  assert.equal(await place.says('session', 'checkpoint', id),
    `noted ${id} after 1 turn at commit ${commit.slice(0, 12)}\n`);
  assert.deepEqual(looks(), before);
  assert.ok(!existsSync(mark), 'a program of the repository ran');
  await place.says('reply', id, 'more');
  const noted = await place.json('session', 'checkpoint', id);
  assert.deepEqual([noted.commit, noted.checkpoint.sessionId, noted.checkpoint.turn], [commit, id, 2]);
  assert.deepEqual((await place.json('session', 'checkpoints')).map(({ commit: at, checkpoint }) => [at, checkpoint.turn]),
    [[commit, 2], [commit, 1]]);
  git('-c', 'core.hooksPath=/dev/null', 'notes', '--ref=refs/notes/tine', 'append', '-m', '{"sessionId":"\x1b[2J"}\nwords', commit);
  const text = await place.says('session', 'checkpoints');
  assert.match(text, new RegExp(`^${commit.slice(0, 12)}  ${id}  2  just now  A .*title\n${commit.slice(0, 12)}  ${id}  1  just now  A .*\n$`));
  assert.doesNotMatch(text, /\x1b/);
  assert.deepEqual(looks(), before);
  // The trap was set.
  git('update-ref', 'refs/heads/other', commit);
  assert.ok(existsSync(mark));
});
