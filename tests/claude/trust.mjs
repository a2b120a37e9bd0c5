// Whose programs run: what a folder's own configuration starts, with and without the user's trust.
// The table in docs/trust.md is played cell by cell.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, truncateSync, writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { answering, chosen, promptAnew, serving, World } from './world.mjs';

const opening = (world, sessionId) => ({ sessionId, cwd: world.project, mcpServers: [] });
const isTrust = ({ toolCall }) => toolCall.toolCallId === 'trust-folder';

/// The programs of the table, by what stands in its first column: each notes in the home folder
/// that it was started.
const places = {
  '`SessionStart` hook': 'start', '`UserPromptSubmit` hook': 'prompt', '`apiKeyHelper`': 'key',
  '`.mcp.json` server': 'server',
};

function bringPrograms(world) {
  // One that comes up: another would be tried again.
  const server = `exec ${process.execPath} ${resolve('tests/clients/mcp_server.mjs')}`;
  const note = (name) => `echo x >> ${join(world.home, `ran-${name}`)}`;
  const hook = (name) => [{ hooks: [{ type: 'command', command: note(name) }] }];
  mkdirSync(join(world.project, '.claude'), { recursive: true });
  writeFileSync(join(world.project, '.claude/settings.json'), JSON.stringify({
    hooks: { SessionStart: hook('start'), UserPromptSubmit: hook('prompt') },
    apiKeyHelper: `${note('key')}; echo very-secret-key` }));
  writeFileSync(join(world.project, '.mcp.json'), JSON.stringify({
    mcpServers: { theirs: { command: 'sh', args: ['-c', `${note('server')}; ${server}`] } } }));
}

function trustInClaude(world) {
  mkdirSync(join(world.home, '.claude'), { recursive: true });
  writeFileSync(join(world.home, '.claude/.claude.json'), JSON.stringify({
    projects: { [realpathSync(world.project)]: { hasTrustDialogAccepted: true } } }));
}

const timesRun = (world, name) => {
  const file = join(world.home, `ran-${name}`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
};
const anythingRan = (world) => Object.values(places).filter((name) => timesRun(world, name) > 0);

/// The rows of the table: what the folder has, and its cells.
function table() {
  const lines = readFileSync('docs/trust.md', 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith('| what the folder has | `session/new`'));
  const cells = (line) => line.split('|').slice(1, -1).map((each) => each.trim());
  const steps = cells(lines[head]).slice(1);
  const rows = [];
  for (let i = head + 2; lines[i].startsWith('|'); i += 1) rows.push(cells(lines[i]));
  return { steps, rows };
}

/// Does a step, and gives the session that goes on.
const doing = {
  '`session/new`': async (play) => {
    play.session = await play.server.newSession(play.world.project);
  },
  'first prompt': (play) => play.server.prompt(play.session, '[[say: hello]]'),
  wake: (play) => promptAnew(play.server, play.session, '[[say: hello]]'),
  '`session/resume`': async (play) => {
    play.server.stdin.end();
    await play.server.exited;
    play.server = await play.world.serve();
    play.answer();
    await play.server.request('session/resume', opening(play.world, play.session));
    await play.server.prompt(play.session, '[[say: hello]]');
  },
  '`session/fork`': async (play) => {
    const { sessionId } = await play.server.request('session/fork',
      opening(play.world, play.session));
    await play.server.prompt(sessionId, '[[say: hello]]');
  },
};

for (const trust of ['no', 'yes', 'in Claude Code']) {
  test(`claude trust: the table of docs/trust.md, with trust: ${trust}`, async () => {
    const { steps, rows } = table();
    assert.deepEqual(rows.map(([what]) => what), Object.keys(places));
    assert.deepEqual(steps, Object.keys(doing));
    const world = await World.make();
    bringPrograms(world);
    if (trust === 'in Claude Code') trustInClaude(world);
    const play = { world, server: await world.serve(), asked: [] };
    play.answer = () => {
      play.server.handlers['session/request_permission'] = (params) => {
        play.asked.push(params);
        return chosen(trust === 'yes' ? 'allow_always' : 'reject_once');
      };
    };
    play.answer();
    if (trust === 'yes') {
      await play.server.prompt(await play.server.newSession(world.project), '[[say: first]]');
      assert.equal(play.asked.length, 1);
      play.asked = [];
    }
    for (const [column, step] of steps.entries()) {
      const before = rows.map(([what]) => timesRun(world, places[what]));
      await doing[step](play);
      for (const [i, [what, ...cells]] of rows.entries()) {
        const name = places[what];
        if (trust !== 'no' && cells[column] === 'runs')
          await until(`${what} at ${step}`, () => timesRun(world, name) > before[i]);
      }
      for (const [i, [what, ...cells]] of rows.entries()) {
        if (trust === 'no' || cells[column] !== 'runs')
          assert.equal(timesRun(world, places[what]), before[i], `${what} at ${step}`);
      }
    }
    // Once for each program of ours: the first, and the one that resumed.
    assert.equal(play.asked.length, trust === 'no' ? 2 : 0);
  });
}

test('claude trust: it is asked once, before the model is, with each program named', async () => {
  const world = await World.make();
  bringPrograms(world);
  writeFileSync(join(world.project, 'CLAUDE.md'), 'The word is heliotrope.\n');
  const { server, session } = await world.open();
  let requests;
  const asked = answering(server, () => {
    requests = world.model.requests().length;
    return chosen('reject_once');
  });
  await server.prompt(session, '[[say: hello]]');
  await server.prompt(session, '[[say: hello]]');
  assert.equal(asked.length, 1);
  assert.ok(isTrust(asked[0]));
  assert.equal(requests, 0);
  const named = asked[0].toolCall.content.map(({ content }) => content.text).join('\n');
  for (const each of ['hook SessionStart in .claude/settings.json: echo x',
    'hook UserPromptSubmit', 'apiKeyHelper in .claude/settings.json',
    'MCP server theirs in .mcp.json: sh -c echo x']) assert.ok(named.includes(each), named);
  assert.deepEqual(anythingRan(world), []);
  // What is text is read all the same.
  assert.ok(JSON.stringify(world.model.requests().at(-1).body).includes('heliotrope'));
});

test('claude trust: of two sessions in a folder one asks, and the answer is for both', async () => {
  const world = await World.make();
  bringPrograms(world);
  const { server, session: one } = await world.open();
  const two = await server.newSession(world.project);
  const asked = [];
  let answer;
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return new Promise((done) => { answer = () => done(chosen('allow_always')); });
  };
  const cancelled = [one, two].map((session) => server.prompt(session, '[[say: hello]]'));
  await until('the question', () => asked.length > 0);
  // One that waits for another's answer can be cancelled too.
  const [asking, waiting] = asked[0].sessionId === one ? [one, two] : [two, one];
  server.notify('session/cancel', { sessionId: waiting });
  assert.equal((await cancelled[waiting === one ? 0 : 1]).stopReason, 'cancelled');
  const second = server.prompt(waiting, '[[say: hello]]');
  // Without the first the second asks.
  server.notify('session/cancel', { sessionId: asking });
  assert.equal((await cancelled[asking === one ? 0 : 1]).stopReason, 'cancelled');
  await until('the second question', () => asked.length > 1);
  const first = server.prompt(asking, '[[say: hello]]');
  answer();
  for (const turn of [first, second]) assert.equal((await turn).stopReason, 'end_turn');
  assert.deepEqual(asked.map(({ sessionId }) => sessionId), [asking, waiting]);
  assert.ok(timesRun(world, 'prompt') >= 2);
});

test('claude trust: what was agreed to does not cover what comes later', async () => {
  const world = await World.make();
  bringPrograms(world);
  const { server, session } = await world.open();
  let answer = 'allow_always';
  const asked = answering(server, () => chosen(answer));
  await server.prompt(session, '[[say: hello]]');
  await until('the hook', () => timesRun(world, 'start') > 0);
  const mark = join(world.home, 'ran-later');
  writeFileSync(join(world.project, '.mcp.json'), JSON.stringify({
    mcpServers: { later: { command: 'touch', args: [mark] } } }));
  const starts = timesRun(world, 'start');
  answer = 'reject_once';
  await doing.wake({ server, session });
  assert.equal(asked.length, 2);
  assert.equal(timesRun(world, 'start'), starts);
  assert.ok(!existsSync(mark));
});

test('claude trust: one that is started anew under a prompt starts nothing that came later',
  async () => {
    const world = await World.make();
    bringPrograms(world);
    const { server, session } = await world.open();
    const asked = answering(server, () => chosen('allow_always'));
    await server.prompt(session, '[[say: hello]]');
    await until('the hook', () => timesRun(world, 'start') > 0);
    const mark = join(world.home, 'ran-later');
    writeFileSync(join(world.project, '.mcp.json'), JSON.stringify({
      mcpServers: { later: { command: 'touch', args: [mark] } } }));
    const starts = timesRun(world, 'start');
    const pids = serving(session);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const turn = server.prompt(session, '[[say: again]]');
    await server.standstill();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    assert.equal((await turn).stopReason, 'end_turn');
    assert.equal(asked.length, 1);
    assert.equal(timesRun(world, 'start'), starts);
    assert.ok(!existsSync(mark));
  });

test('claude trust: a hostile file is neither waited for nor followed', async () => {
  for (const lay of [
    (path) => execFileSync('mkfifo', [path]),
    (path) => { writeFileSync(path, ''); truncateSync(path, 2 ** 38); },
    (path) => symlinkSync('/etc/hostname', path),
    (path) => writeFileSync(path, '['.repeat(500_000)),
  ]) {
    const world = await World.make();
    lay(join(world.project, '.mcp.json'));
    const { server, session } = await world.open();
    const asked = answering(server, () => chosen('reject_once'));
    await server.prompt(session, '[[say: hello]]');
    assert.equal(server.text(session), 'hello');
    assert.match(asked[0].toolCall.content[0].content.text, /^\.mcp\.json /);
  }
});

test('claude trust: run works untrusted and says so in one line, with --trust it does not', async () => {
  const world = await World.make();
  bringPrograms(world);
  const run = (...words) => runProgram(['run', '[[say: hello]]', ...words],
    { env: world.environment(), cwd: world.project });
  const { stdout, stderr, code } = await run('--approve');
  assert.deepEqual([code, stdout], [0, 'hello\n']);
  const said = stderr.split('\n').filter((line) => line.startsWith('tine: '));
  assert.equal(said.length, 1, stderr);
  assert.match(said[0], /not trusted.*MCP server theirs.*hook SessionStart.*--trust/);
  assert.deepEqual(anythingRan(world), []);
  await run('--trust');
  assert.ok(anythingRan(world).includes('start'));
});

test('claude trust: what is above the folder counts, its own settings and those of others',
  async () => {
    const world = await World.make();
    const mark = join(world.home, 'ran-above');
    execFileSync('git', ['init', '-q'], { cwd: world.project });
    mkdirSync(join(world.project, '.claude'));
    writeFileSync(join(world.project, '.claude/settings.local.json'), JSON.stringify({ hooks: {
      SessionStart: [{ hooks: [{ type: 'command', command: `touch ${mark}` }] }] } }));
    world.project = join(world.project, 'below');
    mkdirSync(world.project);
    const { server, session } = await world.open();
    const asked = answering(server, () => chosen('reject_once'));
    await server.prompt(session, '[[say: hello]]');
    assert.match(asked[0].toolCall.content[0].content.text, /hook SessionStart in .*settings\.local/);
    assert.ok(!existsSync(mark));
    answering(server, () => chosen('allow_always'));
    const elsewhere = await server.newSession(directory('elsewhere'));
    await server.prompt(elsewhere, '[[say: hello]]');
    assert.ok(!existsSync(mark));
  });

test('claude trust: what is no session in the folder starts nothing of it', async () => {
  const world = await World.make();
  bringPrograms(world);
  // Claude Code itself would start it all.
  trustInClaude(world);
  await runProgram(['doctor'], { env: world.environment(), cwd: world.project });
  assert.deepEqual(anythingRan(world), [], 'doctor');
  const server = await world.serve();  // stands in the project
  await server.request('session/list', { cwd: world.project });
  await server.request('authenticate', { methodId: 'claude-login' });
  await server.request('logout');
  await server.prompt(await server.newSession(directory('elsewhere')), '[[say: elsewhere]]');
  assert.deepEqual(anythingRan(world), [], 'requests, and a session elsewhere');
  await server.prompt(await server.newSession(world.project), '[[say: here]]');
  await until('what the folder starts', () => timesRun(world, 'start') > 0);
});
