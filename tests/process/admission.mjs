// Which turns may run and which processes may start: by memory, by what is configured. What backends
// take of memory is kept.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { acting, guardians } from './actors.mjs';

const stats = (env) => join(env.XDG_STATE_HOME, 'tine/usage_stats.toml');

/// What is kept of the backend's processes: the version, and the peaks.
function peaks(env) {
  if (!existsSync(stats(env))) return null;
  const text = readFileSync(stats(env), 'utf8');
  const [, program] = /^program = ['"](.*)['"]$/m.exec(text);
  const [, list] = /^peaks = \[([^\]]*)\]/m.exec(text);
  return { program, peaks: list.split(',').map((each) => Number(each.replaceAll('_', ''))) };
}

/// As if processes had taken so much before.
function remember(env, bytes, version = 1) {
  mkdirSync(join(env.XDG_STATE_HOME, 'tine'), { recursive: true });
  writeFileSync(stats(env), `version = ${version}\n[[usage]]\nbackend = "actor"\nprogram = "2.1.328"\n` +
    `peaks = [${bytes}]\n`);
}

async function failure(request) {
  return request.then(() => assert.fail('it was answered'), (error) => error.data);
}

/// The notices in a session, for a client that takes them.
const noticing = { session: { notices: {} } };
const notices = (server, session) => server.updates(session, 'notice').map(({ title }) => title);

/// A backend whose turns end when the case says so: each names a file of its prompt's, and waits
/// until that is there.
class Held {
  folder = directory('held');

  constructor() {
    // The prompt is `turn-NAME`.
    const onTurn = 'name=${line#*turn-}; name=${name%%[!a-z0-9]*}; ' +
      `: > '${this.folder}'/$name.begun; while [ ! -e '${this.folder}'/$name ]; do sleep 0.01; done; ` +
      'uuid=${line#*\\"uuid\\":\\"}; uuid=${uuid%%\\"*}; ' +
      'printf \'%s\\n\' \'{"type":"result","subtype":"success","is_error":false,"result":"done",' +
      '"user_message_uuid":"\'"$uuid"\'"}\'';
    this.env = acting('claude', onTurn);
  }

  begun(name) { return existsSync(join(this.folder, `${name}.begun`)); }
  runs(name) { return until(`turn ${name} to begin`, () => this.begun(name)); }
  end(name) { writeFileSync(join(this.folder, name), ''); }
}

test('admission: what a backend takes of memory, with all that it starts, is kept', async () => {
  // It keeps 30 MB itself, and its child as many.
  const grow = 'x=$(head -c 30000000 /dev/zero | tr "\\0" x)';
  const env = acting('codex', 'sleep 1', { atStart: `${grow}; (${grow}; exec 3<&0; read y) <&1 &` });
  const { server, session } = await Server.open({ env });
  await server.prompt(session, 'hello');
  await server.prompt(session, 'hello again');
  server.stdin.end();
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  const kept = peaks(env);
  assert.equal(kept.program, '0.169.0');
  assert.equal(kept.peaks.length, 1);
  // More than either of them alone.
  assert.ok(kept.peaks[0] > 50_000_000 && kept.peaks[0] < 500_000_000, String(kept.peaks));

  const next = await Server.open({ env });
  await next.server.prompt(next.session, 'hello');
  next.server.stdin.end();
  await next.server.exited;
  assert.equal(peaks(env).peaks.length, 2);
});

for (const kind of ['codex', 'claude']) {
  test(`admission: too little memory for another process of ${kind}: a typed refusal, and later it goes on`, async () => {
    const env = acting(kind);
    remember(env, 4_000_000_000_000_000);
    const { server, session } = await Server.open({ env });
    for (let i = 0; i < 2; i += 1) {
      const data = await failure(server.prompt(session, 'hello'));
      assert.equal(data.tine.kind, 'memory_low');
      assert.equal(data.tine.retryable, true);
      assert.match(data.tine.hint, /limits\.min_free_memory/);
      assert.equal(data.memory.needed, 4_000_000_000_000_000);
      assert.equal(data.memory.minFree, 128_000_000);
      assert.ok(data.memory.free > 0);
    }
    assert.equal(guardians(server).length, 0);
    // Nobody looks, where that is configured.
    const other = new Server({ env: { ...env, TINE_LIMITS_MIN_FREE_MEMORY: '0' } });
    await other.initialize();
    const begun = other.prompt(await other.newSession(), 'hello');
    await until('a process', () => guardians(other).length === 1);
    if (kind === 'codex') await begun;
  });
}

test('admission: without any peak, only what is free now counts', async () => {
  const env = { ...acting('codex'), TINE_LIMITS_MIN_FREE_MEMORY: String(2 ** 50) };
  const { server, session } = await Server.open({ env });
  const data = await failure(server.prompt(session, 'hello'));
  assert.equal(data.tine.kind, 'memory_low');
  assert.equal(data.memory.needed, 0);
});

test('admission: a damaged usage_stats.toml is told of, kept aside and begun anew', async () => {
  const env = acting('codex', 'sleep 1');
  remember(env, 4_000_000_000_000_000, 99);
  // Where a machine is busy, a process may have gone before anybody has looked at what it takes.
  for (let i = 0; i < 10 && !existsSync(`${stats(env)}.damaged`); i += 1) {
    const { server, session } = await Server.open({ env });
    await server.prompt(session, 'hello');
    server.stdin.end();
    await server.exited;
    assert.match(server.stderr, /usage_stats\.toml: .*learnt anew/);
  }
  assert.equal(peaks(env).peaks.length, 1);
  assert.match(readFileSync(`${stats(env)}.damaged`, 'utf8'), /version = 99/);
});

test('admission: limits.max_turns: prompts beyond wait in their order, and are told; a cancel takes one out', async () => {
  const server = new Server({ env: { TINE_LIMITS_MAX_TURNS: '1' } });
  await server.initialize(noticing);
  const sessions = [];
  for (let i = 0; i < 4; i += 1) sessions.push(await server.newSession());
  const [a, b, c, d] = sessions;
  const order = [];
  const ask = (session, text) => server.prompt(session, text).then((answer) => {
    order.push(sessions.indexOf(session));
    return answer;
  });
  const first = ask(a, '[[open:Long]] [[hang]]');
  await server.waitFor('the turn', ({ params }) => params?.update?.sessionUpdate === 'tool_call');
  const others = [b, c, d].map((each) => ask(each, 'hello'));
  for (const each of [b, c, d])
    await until('a notice', () => notices(server, each).includes('Waiting for another turn to end'));
  server.notify('session/cancel', { sessionId: c });
  const left = await others[1];
  assert.equal(left.stopReason, 'cancelled');
  assert.equal(left._meta.tine.turn, undefined);
  // A command of tine's does not wait: nothing of a backend runs for it.
  await ask(c, '/tine-usage');
  server.notify('session/cancel', { sessionId: a });
  assert.equal((await first).stopReason, 'cancelled');
  await Promise.all(others);
  assert.deepEqual(order, [2, 2, 0, 1, 3]);
});

test('admission: limits.max_processes: what is idle makes room, and goes on later', async () => {
  const held = new Held();
  const env = { ...held.env, TINE_LIMITS_MAX_PROCESSES: '1' };
  const server = new Server({ env });
  await server.initialize(noticing);
  const [a, b] = [await server.newSession(), await server.newSession()];
  for (const [session, name] of [[a, 'a1'], [b, 'b1'], [a, 'a2']]) {
    held.end(name);
    const answer = await server.prompt(session, `turn-${name}`);
    assert.equal(answer.stopReason, 'end_turn');
    assert.ok(guardians(server).length <= 1);
  }
});

test('admission: limits.max_processes: while none is idle a turn waits, is told, and can be cancelled', async () => {
  const held = new Held();
  const env = { ...held.env, TINE_LIMITS_MAX_PROCESSES: '1' };
  const server = new Server({ env });
  await server.initialize(noticing);
  const [a, b, c] = [await server.newSession(), await server.newSession(), await server.newSession()];
  const first = server.prompt(a, 'turn-a1');
  await held.runs('a1');
  const second = server.prompt(b, 'turn-b1');
  await until('a notice', () => notices(server, b)
    .includes("Waiting for another agent's process to end"));
  server.notify('session/cancel', { sessionId: b });
  assert.equal((await second).stopReason, 'cancelled');
  const third = server.prompt(c, 'turn-c1');
  await until('a notice', () => notices(server, c).length > 0);
  assert.deepEqual(notices(server, a), []);
  assert.ok(!held.begun('b1') && !held.begun('c1'));
  held.end('a1');
  assert.equal((await first).stopReason, 'end_turn');
  await held.runs('c1');
  held.end('c1');
  assert.equal((await third).stopReason, 'end_turn');
  // One that waits keeps nobody from closing its session, or the program from its end.
  const fourth = server.prompt(a, 'turn-a2');
  await held.runs('a2');
  const fifth = server.prompt(b, 'turn-b2');
  await until('a notice', () => notices(server, b).length > 1);
  await server.request('session/close', { sessionId: b });
  assert.equal((await fifth).stopReason, 'cancelled');
  server.prompt(c, 'turn-c2');
  await until('a notice', () => notices(server, c).length > 1);
  server.stdin.end();
  assert.equal((await fourth).stopReason, 'cancelled');
  assert.deepEqual(await server.exited, { code: 0, signal: null });
});
