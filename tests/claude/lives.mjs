// The processes of Claude Code: when they begin, sleep and end, whoever ends them.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { longTest, running, test, until, within } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import {
  apiKey, choosing, claude, executableOf, ofProcess, promptTokens, serving, version, World,
} from './world.mjs';

const nothingRuns = () => until('every process to be gone', () => running().length === 0);

const opening = (world, sessionId) => ({ sessionId, cwd: world.project, mcpServers: [] });

/// The processes whose command line holds `text`, but not Claude Code itself.
const commands = (text) => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) &&
  executableOf(pid) !== claude && ofProcess(pid, 'cmdline').includes(text)).map(Number);

/// A command that runs until it is killed, in two processes that have nothing to do with each other
/// or with who has started them.
let marks = 0;
function endless() {
  const mark = `endless-${process.pid}-${marks += 1}`;
  return { mark, prompt: `[[run: setsid sh -c "while :; do sleep 1; done; ${mark}" & ` +
    `sh -c "while :; do sleep 1; done; ${mark}"]] [[say: never]]` };
}

/// Has the session remember something, and then run what does not end; the mark of that and the
/// end of the turn.
async function inMidTool(server, session) {
  server.handlers['session/request_permission'] = choosing('allow_once');
  await server.prompt(session, '[[say: remembered]]');
  const { mark, prompt } = endless();
  const turn = server.prompt(session, prompt).catch((error) => error);
  await until('the command', () => commands(mark).length >= 2);
  return { mark, turn };
}

async function goesOn(world, server, session) {
  assert.equal((await server.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
  assert.ok(server.text(session).endsWith('fine'));
  assert.ok(JSON.stringify(world.model.requests().at(-1).body.messages).includes('remembered'));
}

const kill = (pids) => { for (const pid of pids) process.kill(pid, 'SIGKILL'); };

test('claude: one that is killed in mid-tool takes its commands along, and the next prompt goes on',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const { mark, turn } = await inMidTool(server, session);
    kill(serving(session));
    const fault = await turn;
    assert.equal(fault.data?.tine?.kind, 'backend_gone', JSON.stringify(fault));
    assert.match(fault.message, /killed by signal 9/);
    await until('its commands to be gone', () => commands(mark).length === 0);
    await goesOn(world, server, session);
    server.stdin.end();
    await server.exited;
    await nothingRuns();
  });

for (const [how, stopped] of [['before a prompt', false], ['with a prompt unread', true]]) {
  test(`claude: one that is killed idle, ${how}, is started anew, and the prompt runs`, async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: remembered]]');
    const pids = serving(session);
    if (stopped) for (const pid of pids) process.kill(pid, 'SIGSTOP');
    else kill(pids);
    const turn = server.prompt(session, '[[say: fine]]');
    if (stopped) {
      await server.standstill();
      kill(pids);
    }
    assert.equal((await turn).stopReason, 'end_turn');
    assert.equal(server.text(session), 'rememberedfine');
    const asked = JSON.stringify(world.model.requests().at(-1).body.messages);
    assert.ok(asked.includes('remembered'));
    assert.equal(asked.split('say: fine').length, 2, 'the prompt stands there once');
    if (stopped) assert.match(server.stderr, /started anew and given the prompt again/);
    await goesOn(world, server, session);
  });
}

/// A world whose Claude Code is, at its `fakes`, a program that greets and ends at the first prompt.
/// It notes each start in a file, which `starts` counts.
async function dying(fakes) {
  const world = await World.make();
  const noted = join(world.home, 'starts');
  const fake = join(world.home, 'fake.mjs');
  const command = join(world.home, 'command');
  writeFileSync(noted, '');
  writeFileSync(fake, `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, request_id } = JSON.parse(line);
  if (type === 'user') process.exit(7);
  const response = { claude_code_version: '${version}', commands: [], models: [] };
  console.log(JSON.stringify({ type: 'control_response',
    response: { subtype: 'success', request_id, response } }));
});
`);
  writeFileSync(command, `#!/bin/sh
case "$*" in *--version*|*auth*) exec "${claude}" "$@" ;; esac
echo start >> "${noted}"
case " ${fakes.join(' ')} " in
  *" $(wc -l < "${noted}") "*) exec "${process.execPath}" "${fake}" ;;
esac
exec "${claude}" "$@"
`, { mode: 0o755 });
  world.configure(`command = ["${command}"]`);
  return { world, starts: () => readFileSync(noted, 'utf8').split('\n').length - 1 };
}

test('claude: one that ends again over the same prompt is told, and the next prompt goes on',
  async () => {
    const { world, starts } = await dying([2]);
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: remembered]]');
    assert.equal(starts(), 1);
    const pids = serving(session);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const turn = server.prompt(session, '[[say: never]]').catch((error) => error);
    await server.standstill();
    kill(pids);
    const fault = await turn;
    assert.equal(fault.data?.tine?.kind, 'backend_gone', JSON.stringify(fault));
    assert.equal(starts(), 2);
    await goesOn(world, server, session);
    assert.equal(starts(), 3);
  });

test('claude: a guardian that is killed in mid-tool ends the turn, and the next prompt goes on',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const { mark, turn } = await inMidTool(server, session);
    const [guarded] = serving(session);
    kill([Number(ofProcess(guarded, 'status').match(/PPid:\s+(\d+)/)[1])]);
    const fault = await turn;
    assert.equal(fault.data?.tine?.kind, 'backend_gone', JSON.stringify(fault));
    await until('its commands to be gone', () => commands(mark).length === 0);
    assert.ok(!serving(session).includes(guarded));
    await goesOn(world, server, session);
  });

for (const { whom, also } of [{ whom: 'the program', also: () => [] },
  { whom: 'the program and Claude Code', also: serving }]) {
  test(`claude: nothing is left of ${whom} after SIGKILL in mid-tool, and another one goes on`,
    async () => {
      const world = await World.make();
      const { server, session } = await world.open();
      const { mark } = await inMidTool(server, session);
      kill([server.pid, ...also(session)]);
      await server.exited;
      await nothingRuns();
      assert.deepEqual(commands(mark), []);
      const next = await world.serve();
      await next.request('session/load', opening(world, session));
      assert.ok(next.text(session).includes('remembered'));
      await goesOn(world, next, session);
    });
}

test('claude: the end of the input in mid-tool ends the turn, and leaves no process', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const { mark, turn } = await inMidTool(server, session);
  server.stdin.end();
  assert.equal((await turn).stopReason, 'cancelled');
  await server.exited;
  await nothingRuns();
  assert.deepEqual(commands(mark), []);
});

longTest('claude: of more than eight that are idle the oldest sleep, but for those that cannot', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: remembered]]');
  const parent = world.model.requests().at(-1);
  const busy = await server.newSession(world.project);
  await server.prompt(busy, '[[say: before the summary]]');
  const holder = await server.request('session/fork', opening(world, busy));
  await server.prompt(busy, '/compact');
  const { mark } = endless();
  const input = { command: `while :; do sleep 1; done; ${mark}`, run_in_background: true };
  server.handlers['session/request_permission'] = choosing('allow_once');
  await server.prompt(busy, `[[call: Bash ${JSON.stringify(input)}]] [[say: it runs]]`);
  assert.equal(serving(session).length, 1);
  const others = [];
  for (let i = 0; i < 10; i += 1) {
    others.push(await server.newSession(world.project));
    await until('its process', () => serving(others[i]).length === 1);
  }
  await until('the oldest to sleep', () => serving(session).length === 0);
  assert.equal(serving(busy).length, 1);
  assert.ok(commands(mark).length > 0);
  // Nobody else knows the past that it begins with.
  await server.prompt(holder.sessionId, '[[say: of the fork]]');
  assert.ok(JSON.stringify(world.model.requests().at(-1).body.messages)
    .includes('before the summary'));

  const child = await server.request('session/fork', opening(world, session));
  await server.prompt(child.sessionId, '[[say: of one that sleeps]]');
  const forked = world.model.requests().at(-1);
  assert.ok(forked.usage.cache_read_input_tokens >= promptTokens(parent));
  await goesOn(world, server, session);
  const woken = world.model.requests().at(-1);
  assert.ok(woken.usage.cache_read_input_tokens >= promptTokens(parent));
  assert.ok(!JSON.stringify(woken.body.messages).includes('of one that sleeps'));
  server.stdin.end();
  await server.exited;
  await nothingRuns();
  assert.deepEqual(commands(mark), []);
});

test('claude: a session has one writer, and another program can fork it or wait for it', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: remembered]]');
  const [writer] = serving(session);
  const other = await world.serve();
  await other.request('session/load', opening(world, session));
  const fault = await other.prompt(session, '[[say: no]]').catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'session_locked', JSON.stringify(fault));
  const { sessionId } = await other.request('session/fork', opening(world, session));
  await goesOn(world, other, sessionId);
  await server.prompt(session, '[[say: said meanwhile]]');
  await server.request('session/close', { sessionId: session });
  assert.ok(!serving(session).includes(writer));
  await goesOn(world, other, session);
  assert.ok(JSON.stringify(world.model.requests().at(-1).body.messages).includes('said meanwhile'));
});

test('claude: after the answer to load or resume nothing comes until the client asks for something',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: remembered]]');
    const commandsOf = (id) => server.updates(id, 'available_commands_update')
      .map(({ availableCommands }) => availableCommands.map(({ name }) => name));
    for (const method of ['session/load', 'session/resume']) {
      await server.request('session/close', { sessionId: session });
      const before = server.updates(session).length;
      await server.request(method, opening(world, session));
      const answered = server.updates(session).length;
      assert.ok(answered > before);
      await until('its process', () => serving(session).length === 1);
      // Two that are made later, one after the other, have said what they offer.
      for (let i = 0; i < 2; i += 1) {
        const other = await server.newSession(world.project);
        await until('the commands of another session', () => commandsOf(other)
          .some((names) => names.includes('compact')));
      }
      assert.equal(server.updates(session).length, answered, method);
      assert.ok(!commandsOf(session).at(-1).includes('compact'));
      await server.prompt(session, '[[say: fine]]');
      assert.ok(commandsOf(session).at(-1).includes('compact'));
    }
  });

/// Ten times what the end of a process that was never prompted may take.
const unused = 3_000;

for (const [which, ready] of [['is still starting', async () => {}],
  ['is ready', (server, session) => server.waitFor('its commands', ({ params }) =>
    params?.sessionId === session && params.update.sessionUpdate === 'available_commands_update' &&
    params.update.availableCommands.some(({ name }) => name === 'compact'))]]) {
  test(`claude: close ends a process that ${which} and was never prompted, and waits for it`,
    async () => {
      const world = await World.make();
      const { server, session } = await world.open();
      await ready(server, session);
      const closed = server.request('session/close', { sessionId: session });
      await within(unused, 'the answer', closed);
      assert.deepEqual(serving(session), []);
    });

  test(`claude: the end of the input when a process ${which} and was never prompted`, async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await ready(server, session);
    server.stdin.end();
    assert.deepEqual(await within(unused, 'the program to end', server.exited),
      { code: 0, signal: null });
    assert.deepEqual(serving(session), []);
  });
}

test('claude: close waits for a process that takes its time to go', async () => {
  const world = await World.make();
  const slow = join(world.home, 'slow');
  const pid = join(world.home, 'pid');
  writeFileSync(slow, `#!/bin/sh\necho $$ > ${pid}\n"${claude}" "$@"\nsleep 2\n`, { mode: 0o755 });
  world.configure(`command = ["${slow}"]`);
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: hello]]');
  const process = join('/proc', readFileSync(pid, 'utf8').trim());
  assert.ok(existsSync(process));
  await server.request('session/close', { sessionId: session });
  assert.ok(!existsSync(process));
});

test('claude: doctor, authenticate and logout tell who is logged in', async () => {
  const world = await World.make();
  const doctor = async (variables = {}) => {
    const { stdout } = await runProgram(['doctor', '--json'],
      { env: { ...world.environment(), ...variables }, cwd: world.project });
    return JSON.parse(stdout).backends.find(({ name }) => name === 'claude');
  };
  const good = await doctor();
  assert.equal(good.version, version);
  assert.match(good.login, /API key/);
  assert.equal(good.usable, true);
  assert.ok(!JSON.stringify(good).includes(apiKey));
  const nobody = await doctor({ ANTHROPIC_API_KEY: undefined });
  assert.equal(nobody.usable, false);
  assert.match(nobody.login, /nobody/);

  const server = await world.serve();
  await server.request('authenticate', { methodId: 'claude-login' });
  await server.request('logout');
  const stranger = await World.make({ variables: { ANTHROPIC_API_KEY: undefined } });
  const outside = await stranger.serve();
  const fault = await outside.request('authenticate', { methodId: 'claude-login' })
    .catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'auth_required', JSON.stringify(fault));
  assert.match(fault.data.tine.hint, /claude auth login/);
  assert.equal(stranger.model.requests().length, 0);
});
