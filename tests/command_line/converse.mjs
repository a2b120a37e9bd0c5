// Verbs that converse: run, reply, fork.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { program, test, until } from '../clients/cases.mjs';
import { environment, Server } from '../clients/server.mjs';
import { Place } from './place.mjs';
import { Screen } from './screen.mjs';

test('run begins, reply goes on, and only its prompt is sent', async () => {
  const place = new Place();
  const { sessionId } = await place.json('run', 'one');
  assert.equal(await place.says('reply', sessionId, 'two'), 'You said: two\n');
  assert.equal(await place.says('reply', sessionId.slice(0, 20).toLowerCase(), 'three'), 'You said: three\n');
  assert.equal(await place.says('reply', '--last', '[[recall]]'),
    'I was told:\n1. one\n2. two\n3. three\n');
  assert.deepEqual((await place.sessions()).map(({ id, turns }) => [id, turns]), [[sessionId, 4]]);
  const prompts = (await place.history(sessionId)).filter(({ type }) => type === 'prompt');
  assert.deepEqual(prompts.map(({ data }) => data.content.map(({ text }) => text)),
    [['one'], ['two'], ['three'], ['[[recall]]']]);
});

test('a session is chosen by its id, as the last one, or as the parent of a fork', async () => {
  const place = new Place();
  const first = (await place.json('run', 'first')).sessionId;
  const second = (await place.json('run', 'second')).sessionId;
  assert.equal((await place.json('run', '--session', first, 'x')).sessionId, first);
  assert.equal((await place.json('run', '--last', 'x')).sessionId, first);
  await place.json('reply', second, 'y');
  const forked = await place.json('run', '--fork-last', '[[recall]]');
  assert.deepEqual([forked.fork.parent, forked.fork.at.turn, forked.output],
    [second, 2, 'I was told:\n1. second\n2. y']);
  const earlier = await place.json('run', '--fork-from', `${second}@1`, '[[recall]]');
  assert.deepEqual([earlier.fork.parent, earlier.fork.at.turn, earlier.output],
    [second, 1, 'I was told:\n1. second']);
  const soft = await place.json('run', '--fork-from', second, '--strategy', 'soft', 'hi');
  assert.equal(soft.fork.strategy, 'soft');
});

test('a session has a name: run --name goes on in it, or begins it', async () => {
  const place = new Place();
  const first = (await place.json('run', '--name', 'the review', 'one')).sessionId;
  assert.equal((await place.json('run', '--name', 'the review', 'two')).sessionId, first);
  const other = (await place.json('run', '--description', 'Another', 'one')).sessionId;
  const fork = (await place.json('run', '--fork-from', other, '--description', 'A fork of it', 'two')).sessionId;
  assert.deepEqual((await place.sessions()).map(({ id, title }) => [id, title]).sort(),
    [[first, 'the review'], [other, 'Another'], [fork, 'A fork of it']].sort());
  assert.equal(await place.says('session', 'rename', fork, '  the review\n'), '');
  const { stderr } = await place.ends(7, 'run', '--name', 'the review', 'three');
  assert.match(stderr, /^tine: several sessions have the title the review:\n {2}01/);
  assert.ok(stderr.includes(first) && stderr.includes(fork), stderr);
  assert.match((await place.ends(2, 'session', 'rename', fork, ' ')).stderr, /needs a word/);
  assert.match((await place.ends(2, 'run', '--last', '--description', 'x', 'y')).stderr, /for a new session alone/);
  assert.match(await place.says('session', 'verify', '--all'), / 0 damaged\n$/);
  // The title stays, whatever is said next.
  await place.json('reply', fork, 'something else');
  assert.equal((await place.sessions()).find(({ id }) => id === fork).title, 'the review');
});

test('an ephemeral session leaves nothing, also when its process is killed', async () => {
  const place = new Place();
  const kept = () => readdirSync(join(place.state, 'tine'), { recursive: true })
    .filter((name) => !name.startsWith('log'));
  const { sessionId, output } = await place.json('run', '--ephemeral', 'hello');
  assert.equal(output, 'You said: hello');
  assert.deepEqual(kept().filter((name) => name !== 'ephemeral'), []);
  await place.ends(6, 'session', 'show', sessionId);
  const child = spawn(program, ['run', '--ephemeral', '[[say:on it]] [[hang]]'],
    { cwd: place.project, env: environment(place.env), stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((done) => { child.stdout.once('data', done); });
  const other = () => kept().filter((name) => /^ephemeral\/store-\w+$/.test(name));
  assert.equal(other().length, 1);
  // One that runs is left alone.
  await place.says('run', 'hi');
  assert.equal(other().length, 1);
  const gone = new Promise((done) => { child.on('exit', done); });
  child.kill('SIGKILL');
  await gone;
  await place.says('run', 'hi');
  assert.deepEqual(other(), []);
});

test('rename: a session in use elsewhere is refused, one that is only open is not', async () => {
  const place = new Place();
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.project);
  await server.prompt(session, 'hello');
  await place.says('session', 'rename', session, 'Renamed');
  assert.equal((await server.request('session/list', {})).sessions[0].title, 'Renamed');
  server.request('session/prompt',
    { sessionId: session, prompt: [{ type: 'text', text: '[[say:on it]] [[hang]]' }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'on it');
  await place.ends(8, 'session', 'rename', session, 'Again');
  server.notify('session/cancel', { sessionId: session });
});

test('ways to choose a session exclude each other', async () => {
  const place = new Place();
  const ways = [['--session', 'x'], ['--name', 'x'], ['--last'], ['--fork-from', 'x'], ['--fork-last'],
    ['--fork-from-caller'], ['--ephemeral']];
  for (const [i, one] of ways.entries()) {
    for (const other of ways.slice(i + 1)) {
      const { stdout, stderr } = await place.ends(2, 'run', ...one, ...other, 'hi');
      assert.equal(stdout, '');
      assert.equal(stderr,
        `tine: ${one[0]} and ${other[0]} exclude each other\n      Choose one session.\n`);
    }
  }
  assert.match((await place.ends(2, 'reply', '--last', 'x', 'hi')).stderr, /exclude each other/);
  assert.match((await place.ends(2, 'reply')).stderr, /^tine: no session is named\n/);
  assert.deepEqual(await place.sessions(), []);
});

test('the prompt is an argument, a file, or stdin', async () => {
  const place = new Place();
  writeFileSync(join(place.project, 'task.md'), 'from a file');
  assert.equal(await place.says('run', '--prompt-file', 'task.md'), 'You said: from a file\n');
  for (const args of [['run', '-'], ['run']]) {
    assert.equal((await place.tine(args, { input: 'from stdin' })).stdout, 'You said: from stdin\n');
  }
  assert.equal((await place.ends(2, 'run', '  ')).stderr,
    'tine: there is no prompt\n      Give it as an argument, with --prompt-file, or on stdin.\n');
  await place.ends(2, 'run', '--prompt-file', 'task.md', 'and words');
  assert.match((await place.ends(2, 'run', '--prompt-file', 'none.md')).stderr, /cannot read none\.md/);
  const { stderr } = await place.ends(2, 'run', '--prompt-file', '/dev/zero');
  assert.match(stderr, /larger than 30 MiB\n {6}Refer to large files/);
});

test('files are referred to, not sent', async () => {
  const place = new Place();
  writeFileSync(join(place.project, 'a b#%ü.txt'), 'content');
  const { sessionId } = await place.json('run', '--file', 'a b#%ü.txt', 'look');
  const [prompt] = (await place.history(sessionId)).filter(({ type }) => type === 'prompt');
  assert.deepEqual(prompt.data.content.slice(1).map(({ type, uri, name }) => [type, uri, name]),
    [['resource_link', `file://${place.project}/a%20b%23%25%C3%BC.txt`, 'a b#%ü.txt']]);
  assert.match((await place.ends(2, 'run', '--file', 'none', 'look')).stderr, /there is no file/);
});

test('a turn that takes too long is cancelled, and the session stays', async () => {
  const place = new Place();
  const { stdout } = await place.ends(12, 'run', '--json', '--timeout', '1', '[[say:well]] [[hang]]');
  const { sessionId, output, stopReason, exit } = JSON.parse(stdout);
  assert.deepEqual([output, stopReason, exit], ['well', 'cancelled', 12]);
  assert.match(await place.says('reply', sessionId, 'go on'), /go on/);
  const { stderr } = await place.ends(12, 'run', '--timeout', '1', '[[hang]]');
  assert.match(stderr, /^tine: the time is over.*\n {6}tine reply 01\w+ "…"\n$/);
});

test('mode and model are chosen by what the backend offers', async () => {
  const place = new Place();
  const modes = await place.ends(2, 'run', '--mode', 'nonsense', 'x');
  assert.match(modes.stderr, /no mode that is meant by nonsense\n {6}It has the modes /);
  const models = await place.ends(2, 'run', '--model', 'nonsense', 'x');
  assert.match(models.stderr, /does not offer the model nonsense\n {6}It offers /);
});

test('each failure has an exit code of its own, and the same in JSON', async () => {
  const place = new Place();
  for (const [prompt, code, kind] of [['[[fail:usage_limit]]', 9, 'usage_limit'],
    ['[[fail:rate_limited]]', 9, 'rate_limited'], ['[[fail:auth_required]]', 10, 'auth_required'],
    ['[[fail:backend_not_installed]]', 11, 'backend_not_installed'],
    ['[[fail:timeout]]', 12, 'timeout'], ['[[fail:backend_failed]]', 13, 'backend_failed'],
    ['[[fail:backend_gone]]', 13, 'backend_gone'], ['[[fail:depth_exceeded]]', 14, 'depth_exceeded']]) {
    const { stdout, stderr } = await place.ends(code, 'run', '--json', prompt);
    const { exit, error } = JSON.parse(stdout);
    assert.deepEqual([exit, error.data.tine.kind], [code, kind]);
    assert.match(stderr, /^tine: .*\n {6}\S/);
  }
  await place.ends(6, 'reply', '01ZZZZ', 'x');
  const empty = new Place();
  assert.match((await empty.ends(6, 'reply', '--last', 'x')).stderr,
    /^tine: this project has no session yet\n {6}Begin one: tine run/);
});

test('a session in use elsewhere is told with its holder', async () => {
  const place = new Place();
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.project);
  server.request('session/prompt',
    { sessionId: session, prompt: [{ type: 'text', text: '[[say:on it]] [[hang]]' }] });
  await server.waitFor('an answer', ({ params }) => params?.update?.content?.text === 'on it');
  const { stderr } = await place.ends(8, 'reply', session, 'me too');
  assert.match(stderr, new RegExp(`locked by PID ${server.pid}.*\n {6}.*fork`));
  const forked = await place.json('run', '--fork-from', session, 'me too');
  assert.equal(forked.fork.parent, session);
  server.notify('session/cancel', { sessionId: session });
});

test('fork prints the id of the fork, or what it would be', async () => {
  const place = new Place();
  const { sessionId } = await place.json('run', 'hello');
  const { stdout, stderr } = await place.ends(0, 'fork', sessionId);
  assert.match(stdout, /^01\w{24}\n$/);
  assert.match(stderr, /^forked native after turn 1; fresh \d+, cached \d+, written \d+ tokens/);
  assert.equal(await place.says('reply', stdout.trim(), '[[recall]]'), 'I was told:\n1. hello\n');
  assert.match(await place.says('fork', sessionId, '--dry-run'),
    /^strategy +usable +tokens.*\nnative +yes +fresh.*\npty +no +tine knows no way.*\nsoft +yes/);
  const planned = await place.json('fork', sessionId, '--dry-run');
  assert.deepEqual([planned.sessionId, planned.fork.dryRun], [sessionId, true]);
  assert.equal(await place.says('fork', sessionId, 'and [[recall]]'), 'I was told:\n1. hello\n');
  assert.equal((await place.sessions()).length, 3);
  assert.match((await place.ends(2, 'fork', sessionId, '--to', 'rehersal')).stderr,
    /^tine: there is no backend rehersal; did you mean "rehearsal"\?\n/);
});

test('fork fans out: each fork answers a prompt, and a table tells what it cost', async () => {
  const place = new Place();
  const { sessionId } = await place.json('run', 'hello');
  writeFileSync(join(place.project, 'prompts'), '[[say:one]]\r\n\n[[say:two]]\n[[fail:usage_limit]]');
  const all = await place.ends(9, 'fork', sessionId, '--prompts', 'prompts', '--json');
  const told = JSON.parse(all.stdout);
  assert.deepEqual(told.map(({ output, fork, exit }) => [output, fork.parent, fork.strategy, exit]),
    [['one', sessionId, 'native', 0], ['two', sessionId, 'native', 0], ['', sessionId, 'native', 9]]);
  const table = await place.says('fork', sessionId, '--n', '3', '[[say:same]]');
  assert.equal([...table.matchAll(/^--- \d: 01\w{24}\nsame\n/gm)].length, 3);
  assert.match(table, /\n +session +strategy +prompt +cached +hits +output +money +time\n1 +01\w+ +native +\d+ +\d+ +\d+ % +1 /);
  assert.match((await place.ends(2, 'fork', sessionId, '--n', '2', '--pick', 'x')).stderr, /needs a terminal/);
  assert.match((await place.ends(2, 'fork', sessionId, '--n', '65', 'x')).stderr, /^tine: /);
});

test('fork fans out: the questions of each fork are answered by rules, and by a person one after the other', async () => {
  const place = new Place();
  const { sessionId } = await place.json('run', 'hello');
  const decided = async (...flags) => {
    const { stdout } = await place.tine(['fork', sessionId, '--n', '3', '--json', ...flags, '[[ask:May I?]]']);
    return Promise.all(JSON.parse(stdout).map(async ({ sessionId: fork, output }) => {
      const [answer] = (await place.history(fork)).filter(({ type }) => type === 'answer');
      return { output, ...answer.data.result._meta.tine.permission };
    }));
  };
  const all = (each) => [each, each, each];
  assert.deepEqual(await decided(),
    all({ output: 'Not allowed.', verdict: 'deny', origin: 'there is no terminal to ask on' }));
  assert.deepEqual(await decided('--approve'), all({ output: 'Allowed: once', verdict: 'allow', origin: '--approve' }));
  assert.deepEqual(await decided('--allow', 'other'),
    all({ output: 'Allowed: once', verdict: 'allow', rule: 'other', origin: '--allow' }));
  assert.deepEqual(await decided('--approve', '--deny', 'May*'),
    all({ output: 'Not allowed.', verdict: 'deny', rule: 'May*', origin: 'the client' }));
  // Each by its own words.
  writeFileSync(join(place.project, 'prompts'), '[[ask:May I?]]\n[[ask:Must I?]]');
  const told = JSON.parse((await place.tine(['fork', sessionId, '--json', '--prompts', 'prompts', '--approve', '--deny', 'Must*'])).stdout);
  assert.deepEqual(told.map(({ output }) => output), ['Allowed: once', 'Not allowed.']);
  const screen = new Screen(place, { columns: 160 });
  screen.begin(`"$TINE" fork ${sessionId} --n 3 --json '[[ask:May I?]]' > told`);
  for (const [i, answer] of ['1', '3', '1'].entries()) {
    await until(`question ${i + 1}`, () => screen.text().split('The agent asks: May I?').length === i + 2 && /answer \[1-3\]: ?$/.test(screen.text()));
    screen.run(answer);
  }
  await screen.end();
  assert.deepEqual(JSON.parse(readFileSync(join(place.project, 'told'), 'utf8')).map(({ output }) => output).sort(),
    ['Allowed: once', 'Allowed: once', 'Not allowed.']);
});

test('permission questions are answered by rules, and the transcript has which', async () => {
  const place = new Place();
  const decided = async (args) => {
    const { stdout } = await place.tine(['run', '--json', ...args]);
    const { sessionId, output } = JSON.parse(stdout);
    const [answer] = (await place.history(sessionId))
      .filter(({ type }) => type === 'answer').map(({ data }) => data.result._meta.tine.permission);
    return [output, answer];
  };
  const question = '[[ask:May I?]]';
  assert.deepEqual(await decided([question]),
    ['Not allowed.', { verdict: 'deny', origin: 'there is no terminal to ask on' }]);
  assert.deepEqual(await decided(['--approve', question]),
    ['Allowed: once', { verdict: 'allow', origin: '--approve' }]);
  assert.deepEqual(await decided(['--allow', 'other', question]),
    ['Allowed: once', { verdict: 'allow', rule: 'other', origin: '--allow' }]);
  assert.deepEqual(await decided(['--allow', 'other', '--deny', 'May*', question]),
    ['Not allowed.', { verdict: 'deny', rule: 'May*', origin: 'the client' }]);
  assert.deepEqual((await decided(['--allow', 'May*', question]))[0], 'Not allowed.');
  assert.match((await place.ends(2, 'run', '--allow', '', question)).stderr, /rule is empty/);
});

test('permission rules of the configuration go before a question; flags can narrow, a project can deny', async () => {
  const place = new Place();
  place.configure('[permissions]\nallow = ["other"]\nask = ["other:*twice*"]\ndeny = ["other:*never*"]\n');
  const answer = async (title, ...flags) => {
    const { stdout } = await place.tine(['run', '--json', ...flags, `[[ask:${title}]]`]);
    const { sessionId } = JSON.parse(stdout);
    const [found] = (await place.history(sessionId)).filter(({ type }) => type === 'answer');
    return found.data.result._meta.tine.permission;
  };
  const file = join(place.config, 'tine/config.toml');
  assert.deepEqual(await answer('May I?'), { verdict: 'allow', rule: 'other', origin: `${file}:2:1` });
  assert.deepEqual(await answer('never'), { verdict: 'deny', rule: 'other:*never*', origin: `${file}:4:1` });
  assert.deepEqual(await answer('twice'), { verdict: 'deny', origin: 'there is no terminal to ask on' });
  assert.deepEqual(await answer('never', '--approve'),
    { verdict: 'deny', rule: 'other:*never*', origin: `${file}:4:1` });
  assert.deepEqual(await answer('May I?', '--deny', 'May*'), { verdict: 'deny', rule: 'May*', origin: 'the client' });
  assert.deepEqual(await answer('May I?', '--ask', 'May*'), { verdict: 'deny', origin: 'there is no terminal to ask on' });
  writeFileSync(join(place.project, '.tine.toml'), '[permissions]\ndeny = ["May*"]\n');
  assert.equal((await answer('May I?')).verdict, 'deny');
  assert.equal((await answer('never')).verdict, 'deny');
  assert.equal((await answer('Or so')).verdict, 'allow');
  writeFileSync(join(place.project, '.tine.toml'), '[permissions]\nallow = ["other"]\n');
  assert.match((await place.ends(3, 'run', 'x')).stderr, /may not set "?permissions\.allow/);
  place.configure('[permissions]\nallow = [""]\n');
  assert.match((await place.ends(3, 'run', 'x')).stderr, /config\.toml:2:1: permissions\.allow: .*rule is empty/);
});

test('what the user denies stays denied when the agent breaks the file of the project', async () => {
  const place = new Place();
  place.configure('[permissions]\nallow = ["other:May*"]\ndeny = ["other:*never*"]\n');
  const { server } = await Server.open({ env: place.env });
  const session = await server.newSession(place.project);
  const asked = [];
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params.toolCall.title);
    return { outcome: { outcome: 'selected', optionId: params.options[0].optionId } };
  };
  writeFileSync(join(place.project, '.tine.toml'), 'permissions = nonsense\n');
  await server.prompt(session, '[[ask:never]] [[ask:May I?]]');
  assert.deepEqual(asked, ['May I?']);
  assert.deepEqual((await place.history(session)).filter(({ type }) => type === 'answer')
    .map(({ data }) => data.result._meta?.tine.permission.verdict), ['deny', undefined]);
});

test('a client narrows a session, and can never allow', async () => {
  const place = new Place();
  place.configure('[permissions]\nallow = ["other"]\n');
  const { server } = await Server.open({ env: place.env });
  const begin = async (permissions) => (await server.request('session/new',
    { cwd: place.project, mcpServers: [], _meta: { tine: { permissions } } })).sessionId;
  server.answer?.('session/request_permission', () => assert.fail('asked'));
  const denied = await begin({ deny: ['May*'] });
  await server.prompt(denied, '[[ask:May I?]]');
  const told = await place.history(denied);
  assert.deepEqual(told.find(({ type }) => type === 'answer').data.result._meta.tine.permission,
    { verdict: 'deny', rule: 'May*', origin: 'the client' });
  for (const bad of [{ allow: ['x'] }, { deny: 'x' }, { deny: [''] }, [], { ask: Array(257).fill('x') }])
    await assert.rejects(begin(bad), /_meta\.tine\.permissions/);
});
