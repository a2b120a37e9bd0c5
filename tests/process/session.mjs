// `tine session …`: looking after sessions from the command line. Each case has a store of its own.

import assert from 'node:assert/strict';
import {
  cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync,
  utimesSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { directory, program, test, until } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';
import { crc32c } from '../store/place.mjs';
import { onTerminal } from './terminal.mjs';

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const lines = (text) => text.split('\n').filter(Boolean);

class Place {
  state = directory('state');
  cwd = directory('project');
  env = { XDG_STATE_HOME: this.state };

  tine(args, options = {}) {
    return runProgram(args, { cwd: this.cwd, ...options, env: { ...this.env, ...options.env } });
  }

  session(...args) { return this.tine(['session', ...args]); }

  async good(...args) {
    const ended = await this.session(...args);
    assert.deepEqual([ended.code, ended.stderr], [0, ''], args.join(' '));
    return ended.stdout;
  }

  async bad(...args) { return this.failing(1, ...args); }

  async failing(code, ...args) {
    const ended = await this.session(...args);
    assert.deepEqual([ended.code, ended.signal], [code, null], `${args.join(' ')}: ${ended.stdout}`);
    return ended;
  }

  /// A session with one turn; gives its id.
  async run(prompt, options) {
    const { code, stdout, stderr } = await this.tine(['run', '--json', prompt], options);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).sessionId;
  }

  /// A session with a turn, and a fork of it with one more.
  async family() {
    const server = new Server({ env: this.env, cwd: this.cwd });
    await server.initialize();
    const parent = await server.newSession(this.cwd);
    await server.prompt(parent, 'before the fork');
    const { sessionId: fork } = await server.request('session/fork',
      { sessionId: parent, cwd: this.cwd, mcpServers: [] });
    await server.prompt(parent, 'only the parent');
    await server.prompt(fork, 'only the fork');
    server.stdin.end();
    await server.exited;
    return { parent, fork };
  }

  async list(...args) { return JSON.parse(await this.good('list', '--json', ...args)); }

  folder(id) {
    const projects = join(this.state, 'tine');
    return readdirSync(projects).map((name) => join(projects, name, 'sessions', id))
      .find((path) => existsSync(path));
  }

  transcript(id) { return join(this.folder(id), 'transcript.jsonl'); }

  /// Flips a byte in the middle of a line; lines count from one.
  damage(id, line) {
    const file = this.transcript(id);
    const all = readFileSync(file, 'utf8').split('\n');
    all[line - 1] = all[line - 1].replace('"ts":"2', '"ts":"3');
    writeFileSync(file, all.join('\n'));
  }

  /// As if nobody had used the sessions for so many days. The index is made anew from the files.
  age(days, ids) {
    const then = new Date(Date.now() - days * 24 * 3600 * 1000);
    for (const id of ids) utimesSync(join(this.folder(id), 'state.toml'), then, then);
    rmSync(join(this.state, 'tine/index'));
  }
}

test('session list: nothing yet, and how to begin', async () => {
  const place = new Place();
  const text = await place.good('list');
  assert.match(text, /no sessions/);
  assert.match(text, /tine run/);
  assert.deepEqual(await place.list(), []);
  assert.match(await place.good('list', '--all', '--tree'), /no sessions/);
});

test('session list: a line each, the last used first, of this project or of all', async () => {
  const place = new Place();
  const first = await place.run('the first one');
  const second = await place.run('the second one');
  const elsewhere = await place.run('elsewhere', { cwd: directory('other') });
  const here = lines(await place.good('list'));
  const shown = here.map((line) => line.split(' ')[0]);
  assert.deepEqual(shown.map((id) => [second, first].findIndex((each) => each.startsWith(id))), [0, 1]);
  assert.match(here[0], /^\S{10,26} {2}just now +1 {2}\d+\/\d+\/\d+ {2}rehearsal {2}the second one$/);
  assert.deepEqual((await place.list('--all')).map(({ id }) => id), [elsewhere, second, first]);
  const [entry] = await place.list();
  assert.deepEqual([entry.title, entry.backend, entry.turns, entry.status, entry.path],
    ['the second one', 'rehearsal', 1, 'active', place.folder(second)]);
  assert.ok(entry.tokens.prompt > 0);
});

test('session list --tree draws families, with deleted parents', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  assert.match(await place.good('list', '--tree'),
    new RegExp(`^${parent.slice(0, 10)}\\S* .*\n└─ ${fork.slice(0, 10)}\\S* .*\n$`));
  const [entry] = (await place.list()).filter(({ id }) => id === fork);
  assert.deepEqual([entry.fork.parent, entry.fork.turn, entry.fork.depth], [parent, 1, 1]);
  await place.good('delete', parent, '--yes');
  assert.match(await place.good('list', '--tree'),
    new RegExp(`^${parent.slice(0, 10)}\\S* {2}\\(deleted\\)\n└─ ${fork.slice(0, 10)}\\S* .*\n$`));
});

test('session show: all that is known, for people and programs', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const text = await place.good('show', fork);
  for (const what of [/ {2}forked from +(\S+) after turn 1 \(native\), depth 1\n/, / {2}turns +2\n/,
    / {2}tokens +prompt \d+ /, / {2}backend +rehearsal\n/, / {2}status +active\n/]) {
    assert.match(text, what);
  }
  assert.ok(text.includes(place.folder(fork)));
  const facts = JSON.parse(await place.good('show', parent, '--json'));
  assert.deepEqual([facts.id, facts.forks, facts.running], [parent, [fork], false]);
  assert.ok(facts.bytes > statSync(place.transcript(parent)).size);
});

test('session show and list of one that has adopted a conversation name that', async () => {
  const place = new Place();
  const { server } = await Server.open({ env: place.env });
  const { sessionId } = await server.request('session/new',
    { cwd: place.cwd, mcpServers: [], _meta: { tine: { adopt: { id: 'elsewhere-blue' } } } });
  assert.match(await place.good('show', sessionId),
    / {2}forked from +the conversation elsewhere-blue, begun without tine \(native\), depth 1\n/);
  assert.equal(JSON.parse(await place.good('show', sessionId, '--json')).adopted, 'elsewhere-blue');
  assert.equal((await place.list()).find(({ id }) => id === sessionId).adopted, 'elsewhere-blue');
  assert.match(await place.good('verify', sessionId), /good; 2 lines/);
});

test('session show of one that runs tells by whom', async () => {
  const place = new Place();
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.cwd);
  server.request('session/prompt',
    { sessionId: session, prompt: [{ type: 'text', text: '[[say:on it]] [[hang]]' }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'on it');
  assert.match(await place.good('show', session), new RegExp(`; in use by PID ${server.pid} on `));
  assert.match(await place.good('verify', session), /good; \d+ lines; it is running\n/);
  assert.match((await place.failing(8, 'delete', session, '--yes')).stderr,
    new RegExp(`locked by PID ${server.pid}`));
  server.notify('session/cancel', { sessionId: session });
});

test('a session is named by any beginning of its id that only it has, in any case', async () => {
  const place = new Place();
  const one = await place.run('one');
  const two = await place.run('two');
  assert.match(one, ulid);
  const same = [...one].findIndex((letter, i) => letter !== two[i]);
  for (const [id, prefix] of [[one, one.slice(0, same + 1)], [two, two.toLowerCase()]]) {
    assert.equal(JSON.parse(await place.good('show', prefix, '--json')).id, id);
  }
  for (const verb of [['show'], ['export'], ['verify'], ['delete', '--yes']]) {
    const several = await place.failing(7, ...verb, one.slice(0, same));
    assert.equal(several.stdout, '');
    for (const each of [`${one}  one`, `${two}  two`]) assert.ok(several.stderr.includes(each));
    assert.match((await place.failing(6, ...verb, '7ZZZZZZZZZ')).stderr, /^tine: there is no such session\n/);
  }
  assert.equal((await place.list()).length, 2);
});

test('a session that is not there is told with a verb, not with a method of the protocol', async () => {
  const place = new Place();
  for (const verb of ['show', 'verify', 'export', 'delete']) {
    const { stderr } = await place.failing(6, verb, '01ZZZZ');
    assert.match(stderr, /`tine session list --all` shows which sessions there are\./, verb);
    assert.doesNotMatch(stderr, /session\/\w/, verb);
  }
});

test('paths in the place of ids lead nowhere', async () => {
  const place = new Place();
  const id = await place.run('hello');
  const outside = join(place.state, 'outside');
  mkdirSync(outside);
  for (const path of ['../x', '..', '/etc', outside, `../../${id}`, `${id}/..`, '.', '%2e%2e']) {
    for (const verb of [['show'], ['export'], ['verify'], ['delete', '--yes']]) {
      assert.equal((await place.failing(2, ...verb, path)).stdout, '');
    }
  }
  assert.deepEqual(readdirSync(outside), []);
  assert.equal((await place.list()).length, 1);
});

test('a link in the place of a session is neither read nor written, nor what it leads to removed', async () => {
  const place = new Place();
  const id = await place.run('a secret place');
  const folder = place.folder(id);
  const outside = join(place.state, 'outside');
  renameSync(folder, outside);
  symlinkSync(outside, folder);
  const before = readdirSync(outside).map((name) => [name, statSync(join(outside, name)).mtimeMs]);
  assert.match(await place.good('list'), /cannot be read/);
  for (const args of [['show', id], ['verify', id], ['export', id], ['export', id, '--skip-damaged'],
    ['delete', id, '--yes']]) {
    const { stdout, stderr } = await place.bad(...args);
    assert.match(stdout + stderr, /a link stands where|Not a directory/, `${args.join(' ')}: ${stdout}${stderr}`);
    assert.doesNotMatch(stdout, /You said/);
  }
  // Nor when the index is made anew.
  rmSync(join(place.state, 'tine/index'));
  await place.good('clean', '--days', '1');
  assert.deepEqual(
    readdirSync(outside).map((name) => [name, statSync(join(outside, name)).mtimeMs]), before);
});

test('an index that names a folder outside: nothing there is read or removed', async () => {
  const place = new Place();
  const inside = await place.run('said inside');
  const moved = await place.run('said outside');
  // What the index leads to is a whole session.
  const outside = join(place.state, 'sessions');
  mkdirSync(outside);
  renameSync(place.folder(moved), join(outside, moved));
  const copy = join(outside, inside);
  cpSync(join(outside, moved), copy, { recursive: true });
  const files = () => readdirSync(outside, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, statSync(path).mtimeMs, readFileSync(path, 'utf8')];
    });
  const before = files();
  const index = join(place.state, 'tine/index');
  const misled = lines(readFileSync(index, 'utf8')).map((line) => {
    const body = line.replace(/"folder":"[^"]*"/, '"folder":".."').replace(/,"crc":"[^"]*"}$/, '');
    return line.includes('"crc"') ? `${body},"crc":"${crc32c(Buffer.from(body))}"}` : line;
  });
  writeFileSync(index, misled.map((line) => `${line}\n`).join(''));

  for (const args of [['show'], ['verify'], ['export'], ['delete', '--yes']]) {
    const { stdout } = await place.failing(6, args[0], moved, ...args.slice(1));
    assert.doesNotMatch(stdout, /said outside/);
  }
  assert.match(await place.good('show', inside), /said inside/);
  assert.match(await place.good('export', inside), /said inside/);
  for (const args of [['verify', inside], ['list', '--all'], ['clean', '--days', '1'],
    ['delete', inside, '--yes']]) {
    assert.doesNotMatch(await place.good(...args), /said outside/);
  }
  assert.equal(place.folder(inside), undefined);
  assert.deepEqual(files(), before);
});

test('session verify: good ones, with their ancestors', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const text = await place.good('verify', fork);
  for (const id of [parent, fork]) assert.match(text, new RegExp(`^${id}  good; \\d+ lines$`, 'm'));
  assert.match(text, /^2 sessions verified, 0 damaged$/m);
  assert.equal(await place.good('verify'), await place.good('verify', '--all'));
  assert.match(await place.good('verify', parent), /^1 session verified, 0 damaged$/m);
});

test('session verify names file and line of each damage', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  place.damage(parent, 3);
  place.damage(parent, 4);
  const { stdout } = await place.bad('verify', fork);
  const file = place.transcript(parent);
  assert.match(stdout, new RegExp(`^${parent}  damaged; `, 'm'));
  for (const line of [3, 4]) assert.ok(stdout.includes(`${file}:${line}: `), stdout);
  assert.match(stdout, new RegExp(`^${fork}  good; `, 'm'));
  assert.match(stdout, /^2 sessions verified, 1 damaged$/m);
  assert.equal((await place.session('verify', '--all')).code, 1);
});

test('session verify: lines that are missing, and a parent that ends too early', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const file = place.transcript(parent);
  const all = readFileSync(file, 'utf8').split(/(?<=\n)/);
  writeFileSync(file, [...all.slice(0, 2), ...all.slice(3)].join(''));
  assert.ok((await place.bad('verify', parent)).stdout.includes(`${file}:3: record 3 stands where`));
  writeFileSync(file, all.slice(0, 2).join(''));
  assert.match((await place.bad('verify', fork)).stdout, /its parent \S{26} ends before record \d+/);
});

test('session verify: a torn tail is no damage', async () => {
  const place = new Place();
  const id = await place.run('hello');
  writeFileSync(place.transcript(id), '{"v":1,"seq":', { flag: 'a' });
  const before = readFileSync(place.transcript(id), 'utf8');
  assert.match(await place.good('verify', id), /good; \d+ lines; .*torn one of 13 B/);
  assert.equal(readFileSync(place.transcript(id), 'utf8'), before);
});

test('session export: every line of the chain as it stands, in order', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const [head, ...records] = lines(await place.good('export', fork));
  const { type, v, id, exported } = JSON.parse(head);
  assert.deepEqual([type, v, id], ['export', 1, fork]);
  assert.ok(exported);
  const stored = new Set([parent, fork].flatMap((each) =>
    lines(readFileSync(place.transcript(each), 'utf8'))));
  assert.ok(records.every((line) => stored.has(line)));
  assert.deepEqual(records.map((line) => JSON.parse(line).seq), records.map((_, i) => i + 1));
  const prompts = records.map((line) => JSON.parse(line)).filter((line) => line.type === 'prompt')
    .map(({ data }) => data.content[0].text);
  assert.deepEqual(prompts, ['before the fork', 'only the fork']);
});

test('session export --format markdown reads as a conversation', async () => {
  const place = new Place();
  const id = await place.run('[[think:hm]] [[say:fine]] [[tool:search:Find the parser]]');
  const text = await place.good('export', id, '--format', 'markdown');
  assert.match(text, /^# \[\[think:hm\]\]/);
  assert.match(text, /^## Turn 1$/m);
  assert.match(text, /^> \[\[think:hm\]\] \[\[say:fine\]\]/m);
  assert.match(text, /<summary>Thoughts<\/summary>\n\nhm\n\n<\/details>\n\nfine\n/);
  assert.match(text, /^- `Find the parser` \(search\): completed$/m);
  assert.match(text, /^\*end_turn; tokens: prompt \d+ \(cached \d+\), output \d+\*$/m);
  const { code, stderr } = await place.session('export', id, '--format', 'pdf');
  assert.equal(code, 2);
  assert.match(stderr, /^tine: .*format/);
});

test('session export stops at damage, and goes on behind it only when it is told to', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const whole = lines(await place.good('export', fork));
  place.damage(parent, 3);
  const stopped = await place.bad('export', fork);
  assert.ok(stopped.stderr.startsWith(`tine: ${place.folder(parent)}: line 3 of the transcript`));
  assert.match(stopped.stderr, /--skip-damaged/);
  assert.deepEqual(lines(stopped.stdout).slice(1), whole.slice(1, 2));
  for (const format of ['jsonl', 'markdown']) {
    const { code, stdout, stderr } =
      await place.session('export', fork, '--skip-damaged', '--format', format);
    assert.deepEqual([code, stderr], [0, 'tine: 1 damaged line left out\n']);
    if (format === 'jsonl') {
      assert.deepEqual(lines(stdout).slice(1), [whole[1], ...whole.slice(3)]);
    } else {
      assert.match(stdout, /only the fork/);
    }
  }
});

test('session export without a parent', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  rmSync(place.folder(parent), { recursive: true });
  assert.match((await place.bad('export', fork)).stderr, new RegExp(`forked from ${parent}`));
  assert.match(await place.good('export', fork, '--skip-damaged'), /only the fork/);
});

test('session export is redacted with what is known by now', async () => {
  const place = new Place();
  const secret = 'plum-tree-orchard-4711';
  const id = await place.run(`[[say:the word is ${secret}]]`);
  assert.ok((await place.good('export', id)).includes(secret));
  for (const format of ['jsonl', 'markdown']) {
    const { code, stdout } = await place.tine(['session', 'export', id, '--format', format],
      { env: { GARDEN_TOKEN: secret } });
    assert.equal(code, 0);
    assert.ok(!stdout.includes(secret), stdout);
    assert.match(stdout, /the word is «redacted:[^»]*»/);
  }
});

test('session clean without days keeps to what is configured', async () => {
  const place = new Place();
  const old = await place.run('the old one');
  const young = await place.run('the young one');
  place.age(1, [old]);
  assert.doesNotMatch(await place.good('clean', '--dry-run'), new RegExp(old));
  place.env = { ...place.env, TINE_MAX_TOTAL_BYTES: '3000' };
  const shown = await place.good('clean', '--dry-run');
  assert.match(shown, new RegExp(old));
  assert.doesNotMatch(shown, new RegExp(young));
  assert.equal((await place.list()).length, 2);
  assert.match(await place.good('clean'), /^removed 1 session, /);
  assert.deepEqual((await place.list()).map(({ id }) => id), [young]);
});

test('session clean removes what was not used for so many days, by whole families', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const old = await place.run('an old one');
  const recent = await place.run('a recent one');
  place.age(10, [old, parent]);
  const shown = await place.good('clean', '--days', '5', '--dry-run');
  assert.match(shown, new RegExp(`not used for longer .*\n  ${old}  an old one\n1 session, `));
  assert.ok(![parent, fork, recent].some((id) => shown.includes(id)));
  assert.equal((await place.list()).length, 4);

  assert.match(await place.good('clean', '--days', '5'), /^removed 1 session, \d/);
  assert.equal(place.folder(old), undefined);
  assert.deepEqual(new Set((await place.list()).map(({ id }) => id)), new Set([parent, fork, recent]));

  place.age(10, [parent, fork]);
  assert.match(await place.good('clean', '--days', '5'), /^removed 2 sessions, \d/);
  assert.deepEqual((await place.list()).map(({ id }) => id), [recent]);
});

test('session clean spares a family of which one is in use', async () => {
  const place = new Place();
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.cwd);
  await server.prompt(session, 'hello');
  const other = await place.run('nobody uses this one');
  place.age(10, [session, other]);
  assert.match(await place.good('clean', '--days', '5'), /^removed 1 session, /);
  assert.deepEqual((await place.list()).map(({ id }) => id), [session]);
  await server.prompt(session, 'still here');
});

for (const args of [['clean', '--days', '0'], ['clean', '--days', '-1'],
  ['clean', '--days', 'x'], ['show'], ['delete'], ['frobnicate'], []]) {
  test(`a wrong command line: tine session ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await new Place().session(...args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^tine: .*\nTry tine session( \S+)? --help\.\n$/);
  });
}

test('session delete asks, unless it is told not to', async () => {
  const place = new Place();
  const id = await place.run('hello');
  const { stderr } = await place.failing(2, 'delete', id);
  assert.match(stderr, /^tine: .*terminal.*\n.*--yes/);
  for (const [answer, left] of [['n', 1], ['y', 0]]) {
    const terminal = onTerminal(`"$TINE" session delete ${id}`, { env: place.env });
    terminal.listenRaw(() => {});
    terminal.stdin.write(`${answer}\n`);
    await terminal.exited;
    assert.equal((await place.list()).length, left);
  }
});

test('session delete --purge leaves nothing but what a fork needs', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const written = () => readdirSync(place.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'index')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
  assert.match(written(), /only the parent/);
  assert.match(await place.good('delete', parent, '--yes', '--purge'), /only what forks need/);
  assert.doesNotMatch(written(), /only the parent/);
  assert.match(await place.good('export', fork), /before the fork/);
  assert.match(await place.good('export', fork), /only the fork/);
  await place.good('verify', '--all');
  assert.equal(await place.good('delete', fork, '--yes', '--purge'), `deleted ${fork}\n`);
  assert.doesNotMatch(written(), /before the fork/);
});

test('session delete keeps what a fork needs until that goes, too', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  assert.match(await place.good('delete', parent, '--yes'), /its files stay/);
  assert.match(readFileSync(join(place.folder(parent), 'state.toml'), 'utf8'),
    /status = "retired"/);
  assert.match(await place.good('export', fork), /before the fork/);
  assert.equal(await place.good('delete', fork, '--yes'), `deleted ${fork}\n`);
  for (const id of [parent, fork]) assert.equal(place.folder(id), undefined);
});

test('the session verbs need no backend', async () => {
  const place = new Place();
  const id = await place.run('hello');
  const config = directory('config');
  mkdirSync(join(config, 'tine'));
  writeFileSync(join(config, 'tine/config.toml'),
    'default_backend = "gone"\n[backends.gone]\nkind = "acp"\ncommand = ["/nonexistent/agent"]\n');
  const env = { XDG_CONFIG_HOME: config };
  for (const args of [['list'], ['show', id], ['verify', id], ['export', id],
    ['clean', '--days', '9'], ['delete', '--yes', id]]) {
    const { code, stderr } = await place.tine(['session', ...args], { env });
    assert.deepEqual([code, stderr], [0, ''], args.join(' '));
  }
});

test('a server applies the policy once it has a session', async () => {
  const place = new Place();
  const old = await place.run('an old one');
  const recent = await place.run('a recent one');
  place.age(10, [old]);
  const { server } = await Server.open({ env: { ...place.env, TINE_RETENTION_DAYS: '5' } });
  await until('the old session to be gone', () => place.folder(old) === undefined);
  assert.ok(place.folder(recent));
  await server.newSession();
});

test('a server keeps all sessions together below the configured size', async () => {
  const place = new Place();
  const { parent, fork } = await place.family();
  const { server, session } = await Server.open({ env: { ...place.env, TINE_MAX_TOTAL_BYTES: '1' } });
  await until('the others to be gone', () => !place.folder(parent) && !place.folder(fork));
  await server.prompt(session, 'still here');
});

test('a session that never had a prompt goes after a day, without any limit', async () => {
  const place = new Place();
  const { server, session } = await Server.open({ env: place.env });
  const young = await server.newSession();
  server.child.kill('SIGKILL');
  await server.exited;
  const kept = await place.run('prompted');
  place.age(2, [session, kept]);
  const next = (await Server.open({ env: place.env })).session;
  await until('the old session to be gone', () => place.folder(session) === undefined);
  for (const id of [young, kept, next]) assert.ok(place.folder(id));
});

test('what is printed for people does nothing to a terminal', async () => {
  const place = new Place();
  const id = await place.run('[[title:a\x1b]0;b\x07c]]');
  for (const args of [['list'], ['show', id], ['list', '--tree'], ['verify', id]]) {
    assert.doesNotMatch(await place.good(...args), /[\x00-\x09\x0b-\x1f\x7f]/);
  }
  await place.run('another');
  const { stderr } = await place.failing(7, 'show', '0');
  assert.match(stderr, new RegExp(`^tine: several .*\n  ${id}  a␛]0;b␇c\n.*another\n`));
});
