// What goes wrong between the program, Codex and the model: a typed error in bounded time, or the
// turn goes on; the session stays usable, and no process is left.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';

import {
  defer, directory, running, test, until, within,
} from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { startModel } from '../mock/model.mjs';
import { World } from './world.mjs';

/// Codex tries for long before it gives up; here it need not.
const impatient = 'request_max_retries = 0\nstream_max_retries = 1\nstream_idle_timeout_ms = 2000';

const nothingRuns = () => until('every process to be gone', () => running().length === 0, 2000);

async function goesOn(server, session) {
  assert.equal((await server.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
  assert.ok(server.text(session).endsWith('fine'));
}

async function leavesNothing(server) {
  server.stdin.end();
  await server.exited;
  await nothingRuns();
}

const faults = [
  { prompt: '[[status: 401]]', kind: 'auth_required', code: -32000 },
  { prompt: '[[status: 429]]', kind: 'rate_limited' },
  { prompt: '[[status: 429 9 1]]', kind: 'rate_limited' },
  { prompt: '[[quota]]', kind: 'usage_limit' },
  { prompt: '[[status: 500]]', kind: 'overloaded' },
  { prompt: '[[context]]', kind: 'context_exceeded' },
  { prompt: '[[say: partial words]] [[drop]]', kind: 'backend_failed' },
  { prompt: '[[say: partial words]] [[hang: body]]', kind: 'backend_failed' },
];

test('codex: each fault of the service is told by its kind, and each session goes on', async () => {
  const world = await World.make({ provider: impatient });
  const server = await world.serve();
  await Promise.all(faults.map(async ({ prompt, kind, code }) => {
    const session = await server.newSession(world.project);
    const fault = await server.prompt(session, prompt).catch((error) => error);
    assert.equal(fault.data?.tine?.kind, kind, `${prompt}: ${JSON.stringify(fault)}`);
    assert.ok(!fault.message.includes('very-secret-key'), prompt);
    if (code !== undefined) assert.equal(fault.code, code, prompt);
    if (prompt.includes('partial'))
      assert.ok(server.text(session).startsWith('partial words'), prompt);
    await goesOn(server, session);
  }));
  await leavesNothing(server);
});

test('codex: a usage limit tells when it ends', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const resets = Math.floor(Date.now() / 1000) + 7200;
  const fault = await server.prompt(session, `[[limit: ${resets}]]`).catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'usage_limit', JSON.stringify(fault));
  const { retryAfter } = fault.data.tine;
  assert.ok(retryAfter > 6000 && retryAfter <= 7200, `${retryAfter}`);
});

test('codex: what a refusing service asks to wait does not reach tine, a limit that holds does',
  async () => {
    const world = await World.make({ provider: impatient });
    const { server, session } = await world.open();
    const faultOf = async (prompt) => {
      const fault = await server.prompt(session, prompt).catch((error) => error);
      assert.equal(fault.data?.tine?.kind, 'rate_limited', JSON.stringify(fault));
      return fault.data.tine.retryAfter;
    };
    assert.equal(await faultOf('[[status: 429 9 1]]'), null);
    const resets = Math.floor(Date.now() / 1000) + 7200;
    await server.prompt(session, `[[limit: ${resets}]]`).catch((error) => error);
    const retryAfter = await faultOf('[[status: 429 9 1]]');
    assert.ok(retryAfter > 6000 && retryAfter <= 7200, `${retryAfter}`);
  });

test('codex: an answer that breaks off once is given again as another message', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const answer = await server.prompt(session, '[[slow: 3 1]] [[drop: 1]]');
  assert.equal(answer.stopReason, 'end_turn');
  const chunks = server.updates(session, 'agent_message_chunk');
  const ids = [...new Set(chunks.map(({ messageId }) => messageId))];
  assert.ok(ids.length >= 2);
  const last = chunks.filter(({ messageId }) => messageId === ids.at(-1));
  assert.equal(last.map(({ content }) => content.text).join(''), '0 1 2 ');
});

test('codex: a hang before the answer is ended by a cancel', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const turn = server.prompt(session, '[[hang: headers]]');
  await until('the request', () => world.model.requests().length === 1);
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  await goesOn(server, session);
  await leavesNothing(server);
});

const silences = ['[[hang: headers]]', '[[hang: body]]', '[[say: partial words]] [[hang: body]]'];

test('codex: silence is interrupted at the limits that are set, but not while a question is open',
  async () => {
    const world = await World.make({ tineConfig: 'first_response_seconds = 1\nidle_seconds = 1' });
    const { server, session } = await world.open();
    let answer;
    const answered = new Promise((done) => { answer = done; });
    server.handlers['session/request_permission'] = () => answered;
    const asking = server.prompt(session, '[[escalate: touch /nowhere/x]] [[say: well]]');
    await server.waitFor('the question', ({ method }) => method === 'session/request_permission');
    await Promise.all(silences.map(async (silence) => {
      const other = await server.newSession(world.project);
      const fault = await server.prompt(other, silence).catch((error) => error);
      assert.equal(fault.data?.tine?.kind, 'timeout', `${silence}: ${JSON.stringify(fault)}`);
      assert.match(fault.message, /silent/);
      if (silence.includes('partial')) assert.equal(server.text(other), 'partial words');
      await goesOn(server, other);
    }));
    // It has been open for longer than any of them was silent.
    answer({ outcome: { outcome: 'selected', optionId: 'reject_once' } });
    assert.equal((await asking).stopReason, 'end_turn');
    assert.equal(server.text(session), 'well');
    await leavesNothing(server);
  });

test('codex: a model service that is not there is connection_failed, and once it is there it is used',
  async () => {
    const world = await World.make({ provider: impatient });
    const { server, session } = await world.open();
    await world.model.stop();
    const fault = await server.prompt(session, '[[say: never]]').catch((error) => error);
    assert.equal(fault.data?.tine?.kind, 'connection_failed', JSON.stringify(fault));
    const model = await startModel('responses');
    const door = createServer((from) => {
      const to = connect(model.port, '127.0.0.1');
      from.pipe(to).on('error', () => from.destroy());
      to.pipe(from).on('error', () => to.destroy());
    }).listen(world.model.port, '127.0.0.1');
    defer(() => door.close());
    await goesOn(server, session);
    await leavesNothing(server);
  });

/// What stands in a file of a process; nothing of one that has gone.
function ofProcess(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
const verbOf = (pid) => ofProcess(pid, 'cmdline').split('\0')[1];

/// The processes of a world that run Codex itself.
const backends = (world) => readdirSync('/proc').filter((pid) =>
  ofProcess(pid, 'environ').includes(`HOME=${world.home}`) && verbOf(pid) === 'app-server')
  .map(Number);

const midStream = (server) => server.waitFor('the stream', ({ params }) =>
  params?.update?.content?.text === '0 ');

test('codex: a killed app-server ends its turns with what was said, and the next prompt goes on',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: remembered]]');
    const turn = server.prompt(session, '[[slow: 10000 20]]').catch((error) => error);
    await midStream(server);
    for (const pid of backends(world)) process.kill(pid, 'SIGKILL');
    const fault = await turn;
    assert.equal(fault.data?.tine?.kind, 'backend_gone', JSON.stringify(fault));
    assert.match(fault.message, /killed by signal 9/);
    assert.ok(server.text(session).startsWith('remembered0 '));
    await goesOn(server, session);
    await leavesNothing(server);
    assert.ok(JSON.stringify(world.model.requests().at(-1).body).includes('remembered'));
  });

for (const [how, stopped] of [['before a prompt', false], ['with a prompt unread', true]]) {
  test(`codex: an app-server that is killed idle, ${how}, is started anew, and the prompt runs`,
    async () => {
      const world = await World.make();
      const { server, session } = await world.open();
      await server.prompt(session, '[[say: remembered]]');
      const pids = backends(world);
      for (const pid of pids) process.kill(pid, stopped ? 'SIGSTOP' : 'SIGKILL');
      const turn = server.prompt(session, '[[say: fine]]');
      if (stopped) {
        await server.standstill();
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      }
      assert.equal((await turn).stopReason, 'end_turn');
      assert.equal(server.text(session), 'rememberedfine');
      const asked = JSON.stringify(world.model.requests().at(-1).body);
      assert.ok(asked.includes('remembered'));
      assert.equal(asked.split('say: fine').length, 2, 'the prompt stands there once');
      if (stopped) assert.match(server.stderr, /started anew and given the prompt again/);
      await goesOn(server, session);
      await leavesNothing(server);
    });
}

test('codex: a fork that was never prompted outlives its app-server', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: remembered]]');
  const { sessionId } = await server.request('session/fork',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  for (const pid of backends(world)) process.kill(pid, 'SIGKILL');
  await until('the news of its end', () => server.stderr.includes('app-server has ended'));
  assert.equal((await server.prompt(sessionId, '[[say: fine]]')).stopReason, 'end_turn');
  assert.ok(JSON.stringify(world.model.requests().at(-1).body).includes('remembered'));
});

test('codex: a killed tine leaves no process, and its session goes on in another', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: remembered]]');
  server.prompt(session, '[[run: setsid sleep 1000 & sleep 1000]]').catch(() => {});
  await server.waitFor('the command', ({ params }) => params?.update?.sessionUpdate === 'tool_call');
  server.child.kill('SIGKILL');
  await server.exited;
  await nothingRuns();
  const next = await world.serve();
  await next.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.equal((await next.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
});

for (const method of ['session/load', 'session/resume']) {
  test(`codex: ${method} of a thread that app-server has not loaded resumes it there`, async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: remembered]]');
    server.stdin.end();
    await server.exited;
    const { server: next, session: other } = await world.open();
    await next.prompt(other, '[[say: said elsewhere]]');
    const pids = backends(world);
    await next.request(method, { sessionId: session, cwd: world.project, mcpServers: [] });
    await goesOn(next, session);
    const asked = JSON.stringify(world.model.requests().at(-1).body);
    assert.ok(asked.includes('remembered') && !asked.includes('said elsewhere'));
    assert.deepEqual(backends(world), pids);
    await leavesNothing(next);
  });

  test(`codex: ${method} of a thread that Codex has lost is told, and goes on from a summary`,
    async () => {
      const world = await World.make();
      const { server, session } = await world.open();
      await server.prompt(session, '[[say: remembered]]');
      server.stdin.end();
      await server.exited;
      rmSync(join(world.home, '.codex/sessions'), { recursive: true });
      const next = await world.serve();
      let optionId = 'reject_once';
      next.handlers['session/request_permission'] = () =>
        ({ outcome: { outcome: 'selected', optionId } });
      await next.request(method, { sessionId: session, cwd: world.project, mcpServers: [] });
      const fault = await next.prompt(session, '[[say: no]]').catch((error) => error);
      assert.equal(fault.data?.tine?.kind, 'conversation_lost', JSON.stringify(fault));
      optionId = 'allow_once';
      await goesOn(next, session);
      assert.ok(JSON.stringify(world.model.requests().at(-1).body).includes('remembered'));
      await leavesNothing(next);
    });
}

test('codex: a signal in mid-turn ends the turn, then Codex, then the program', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const turn = server.prompt(session, '[[slow: 10000 20]]');
  await midStream(server);
  server.child.kill('SIGTERM');
  assert.equal((await turn).stopReason, 'cancelled');
  assert.equal((await server.exited).code, 143);
  await nothingRuns();
});

test('codex: an app-server that is stopped holds the end of five sessions up for seconds', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const sessions = [session];
  while (sessions.length < 5) sessions.push(await server.newSession(world.project));
  await Promise.all(sessions.map((each) => server.prompt(each, '[[say: hello]]')));
  for (const pid of backends(world)) process.kill(pid, 'SIGSTOP');
  server.stdin.end();
  // About three seconds; each session's own wait for an answer was a minute.
  await within(30_000, 'the program to end', server.exited);
  await nothingRuns();
});

/// A world whose app-server does at each step what the case lets it do: see fake_app_server.mjs.
async function played() {
  const world = await World.make();
  const stage = directory('stage');
  world.configure(`command = ["${process.execPath}", "${resolve('tests/codex/fake_app_server.mjs')}",` +
    ` "${stage}"]`);
  const file = join(stage, 'heard');
  writeFileSync(file, '');
  const heard = (method) => readFileSync(file, 'utf8').split('\n').filter(Boolean)
    .map((line) => JSON.parse(line)).filter((message) => message.method === method);
  return { world, heard, let: (step) => writeFileSync(join(stage, step), ''),
    forbid: (step) => rmSync(join(stage, step)),
    pid: () => Number(readFileSync(join(stage, 'pid'), 'utf8')) };
}

test('codex: a prompt that is cancelled while app-server starts again never reaches it', async () => {
  const { world, heard, let: allow, forbid, pid } = await played();
  const { server, session } = await world.open();
  const cancelled = async (turn) => {
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await turn).stopReason, 'cancelled');
  };
  allow('greet');
  allow('answer');
  const first = server.prompt(session, 'first');
  await until('the turn', () => heard('turn/start').length === 1);
  await cancelled(first);
  forbid('greet');
  process.kill(pid(), 'SIGKILL');
  await until('the news of its end', () => server.stderr.includes('app-server has ended'));
  const second = server.prompt(session, 'second');
  await until('the start', () => heard('initialize').length === 2);
  server.notify('session/cancel', { sessionId: session });
  await server.standstill();
  allow('greet');
  await cancelled(second);
  const third = server.prompt(session, 'third');
  await until('another turn', () => heard('turn/start').length > 1);
  await cancelled(third);
  assert.deepEqual(heard('turn/start').map(({ params }) => params.input[0].text),
    ['first', 'third']);
});

test('codex: an app-server that ends again over the same prompt is told', async () => {
  const { world, heard, let: allow, forbid } = await played();
  const { server, session } = await world.open();
  allow('greet');
  allow('answer');
  const first = server.prompt(session, 'first');
  await until('the turn', () => heard('turn/start').length === 1);
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await first).stopReason, 'cancelled');
  allow('die');
  const fault = await server.prompt(session, 'second').catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'backend_gone', JSON.stringify(fault));
  assert.equal(heard('initialize').length, 2);
  assert.equal(heard('turn/start').length, 3);
  forbid('die');
  const third = server.prompt(session, 'third');
  await until('another turn', () => heard('turn/start').length === 4);
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await third).stopReason, 'cancelled');
});

test('codex: a cancel before the answer to turn/start interrupts that turn', async () => {
  const { world, heard, let: allow } = await played();
  const { server, session } = await world.open();
  allow('greet');
  const turn = server.prompt(session, 'first');
  await until('the turn', () => heard('turn/start').length === 1);
  server.notify('session/cancel', { sessionId: session });
  await server.standstill();
  allow('answer');
  await until('the interruption', () => heard('turn/interrupt').length === 1);
  assert.equal(heard('turn/interrupt')[0].params.turnId, 'turn-1');
  assert.equal((await turn).stopReason, 'cancelled');
});

test('codex: a guardian that is killed ends the turn, and the next prompt goes on', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const turn = server.prompt(session, '[[slow: 10000 20]]').catch((error) => error);
  await midStream(server);
  const [guardian] = running().filter((pid) => verbOf(pid) === '__guard');
  process.kill(guardian, 'SIGKILL');
  const fault = await turn;
  assert.equal(fault.data?.tine?.kind, 'backend_gone', JSON.stringify(fault));
  assert.equal(backends(world).length, 0);
  assert.equal((await server.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
});

test('codex: run asks once and leaves nothing', async () => {
  const world = await World.make();
  const { code, stdout } = await runProgram(['run', '[[say: hello there]]'],
    { env: world.environment(), cwd: world.project });
  assert.equal(code, 0);
  assert.equal(stdout.trim(), 'hello there');
  assert.deepEqual(running(), []);
});

test('codex: a program that is not there, or is no Codex, is an error that says so', async () => {
  const world = await World.make();
  world.configure('command = ["/nowhere/codex"]');
  const missing = await world.open();
  const fault = await missing.server.prompt(missing.session, 'hi').catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'backend_not_installed');
  assert.match(fault.data.tine.hint, /npm install/);
  world.configure('command = ["/bin/sh", "-c", "echo no such thing >&2; exit 3"]');
  const other = await world.open();
  const wrong = await other.server.prompt(other.session, 'hi').catch((error) => error);
  assert.equal(wrong.data?.tine?.kind, 'backend_gone');
  assert.match(wrong.message, /exit code 3 .* no such thing/);
});

test('codex: a stream that nobody reads is left with Codex, and a cancel ends it', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: warm]]');
  server.stdout.pause();
  const turn = server.prompt(session, '[[slow: 300000 0]]');
  await until('the stream', () => world.model.requests().length === 2);
  await server.standstill();
  const peak = server.memory('VmHWM');
  assert.ok(peak < 32 * 1024, `took ${peak} kB`);
  server.notify('session/cancel', { sessionId: session });
  await server.standstill();
  server.stdout.resume();
  assert.equal((await turn).stopReason, 'cancelled');
  assert.equal((await server.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
});
