// Agents that misbehave, one thing at a time: what the client sees of it, and that the session goes
// on or fails with an error that says why.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AgentWorld } from '../clients/agent_world.mjs';
import { Server } from '../clients/server.mjs';
import { directory, running, sanitized, test, until } from '../clients/cases.mjs';

const agent = join(dirname(process.env.TINE), 'tests/agent/scripted_agent');

class World extends AgentWorld {
  /// With an agent of these manners, which keeps its sessions.
  constructor(manners = [], more = '') {
    super('acp', null, 'scripted');
    this.store = join(directory('store'), 'sessions.json');
    this.configure(`command = ${JSON.stringify([agent, ...manners])}\n` +
      `env = { SCRIPTED_AGENT_STORE = "${this.store}" }\n${more}`);
  }

  /// What passes through need not be of the protocol: it is not judged.
  async open(variables = {}) {
    const server = new Server({ env: { ...this.environment(), ...variables }, cwd: this.project, judged: 0 });
    await server.initialize({}, { name: 'zed', version: '1.0.0' });
    return { server, session: await server.newSession(this.project) };
  }
}

const failure = (call) => call.then(() => assert.fail('it should fail'), (fault) => fault);
const fork = (server, world, session, meta = {}) => server.request('session/fork',
  { sessionId: session, cwd: world.project, mcpServers: [], _meta: { tine: { fork: meta } } });
const allow = { outcome: { outcome: 'selected', optionId: 'allow_once' } };

/// The session still works, and says nothing but its answer.
async function goesOn(server, session) {
  const before = server.text(session);
  const { stopReason } = await server.prompt(session, '[[say: and on it goes]]');
  assert.equal(stopReason, 'end_turn');
  assert.equal(server.text(session), `${before}and on it goes`);
}

/// Has a prompt of the scripted agent's in a session of its own, then another one.
function plays(name, prompt, look, manners = []) {
  test(`scripted: ${name}`, async () => {
    const world = new World(manners);
    const { server, session } = await world.open();
    server.handlers['session/request_permission'] = () => allow;
    server.handlers['_vendor/fly'] = () => { throw Object.assign(new Error('cannot fly'), { code: -32601 }); };
    const outcome = await server.prompt(session, prompt).catch((fault) => fault);
    await look({ world, server, session, outcome });
    await goesOn(server, session);
  });
}

const ended = ({ outcome }) => assert.equal(outcome.stopReason, 'end_turn', JSON.stringify(outcome));

plays('an update of an unknown kind, with unknown members, arrives as it is',
  '[[update: {"sessionUpdate":"_vendor_dance","steps":[1,{"a":null}],"_meta":{"x":1}}]]',
  (it) => {
    ended(it);
    const [told] = it.server.updates(it.session, '_vendor_dance');
    assert.deepEqual(told,
      { sessionUpdate: '_vendor_dance', steps: [1, { a: null }], _meta: { x: 1 } });
  });

plays('unknown members of a known update arrive', '[[update: {"sessionUpdate":"tool_call",' +
  '"toolCallId":"t","title":"x","kind":"execute","status":"completed","colour":"red","_meta":{"y":[2]}}]]',
(it) => {
  const [told] = it.server.updates(it.session, 'tool_call');
  assert.equal(told.colour, 'red');
  assert.deepEqual(told._meta, { y: [2] });
});

plays('what comes after the answer is told as between turns', '[[say: now]] [[late: later]]',
  async (it) => {
    ended(it);
    await until('the late words', () => it.server.text(it.session) === 'nowlater');
  });

plays('of two answers the first counts', '[[say: once]] [[twice]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'once');
});

plays('answers that nobody asked for are passed over', '[[stray]] [[say: well]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'well');
});

plays('words for a session that is not open reach nobody', '[[elsewhere: s-0]] [[say: well]]',
  (it) => {
    ended(it);
    assert.equal(it.server.text(it.session), 'well');
  });

plays('noise on stdout is passed over', '[[raw: Debugger attached.]] [[raw: 17]] [[raw: []]] [[say: well]]',
  (it) => {
    ended(it);
    assert.equal(it.server.text(it.session), 'well');
  });

plays('invalid UTF-8 is passed over', '[[bytes]] [[say: well]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'well');
});

plays('a line that comes a byte at a time is a line', '[[slow: 1]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'slowly');
});

plays('a message of 8 MB arrives whole', '[[big: 8000000]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session).length, 8_000_000);
});

plays('a line of 100 MB is passed over', '[[big: 100000000]] [[say: well]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'well');
});

plays('the prompt that it says again is not told twice', '[[update: {"sessionUpdate":' +
  '"user_message_chunk","content":{"type":"text","text":"you said"}}]] [[say: well]]', (it) => {
  assert.equal(it.server.updates(it.session, 'user_message_chunk').length, 0);
});

plays('a flood of questions is answered, one by one', '[[questions: 200]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'all answered');
});

plays('two questions of one id are both answered', '[[reuse]]', (it) => {
  ended(it);
  assert.equal(it.server.text(it.session), 'answered');
});

plays('what the client cannot do is refused', '[[ask: fs/read_text_file {"path":"/etc/passwd"}]]',
  (it) => {
    ended(it);
    assert.match(it.server.text(it.session), /"message":"the client did not announce/);
    assert.doesNotMatch(it.server.text(it.session), /root:/);
  });

plays('a method of others is put to the client, which refuses it', '[[ask: _vendor/fly {"high":true}]]', (it) => {
  ended(it);
  assert.match(it.server.text(it.session), /"code":-32601.*cannot fly/);
});

plays('an error of its own comes through', '[[error: {"code":-32077,"message":"no fuel",' +
  '"data":{"details":"fill up"}}]]', ({ outcome }) => {
  assert.equal(outcome.code, -32077);
  assert.match(outcome.message, /no fuel/);
});

plays('a login that is missing is said', '[[error: {"code":-32000,"message":"log in"}]]',
  ({ outcome }) => assert.equal(outcome.data.tine.kind, 'auth_required'));

plays('an answer without a stop reason is its failure', '[[result: {"weather":"fine"}]]',
  ({ outcome }) => assert.equal(outcome.data.tine.kind, 'backend_failed'));

plays('counts with the cache inside are told apart', '[[usage: {"inputTokens":100,"outputTokens":7,' +
  '"cachedReadTokens":80,"totalTokens":107}]]', ({ outcome }) => {
  assert.equal(outcome.usage.inputTokens, 20);
  assert.equal(outcome.usage.totalTokens, 107);
});

plays('zeros of a turn are not known', '[[usage: {"inputTokens":0,"outputTokens":0,"totalTokens":0}]]',
  ({ outcome }) => assert.equal(outcome.usage, undefined));

plays('it has no modes', '[[say: well]]', (it) => {
  assert.equal(it.server.updates(it.session, 'current_mode_update').length, 0);
}, ['modeless']);

test('scripted: commands that come with the answer are offered', async () => {
  const { server, session } = await new World(['announces']).open();
  await server.prompt(session, '[[say: well]]');
  const names = server.updates(session, 'available_commands_update').at(-1).availableCommands
    .map(({ name }) => name);
  assert.ok(names.includes('fly') && names.includes('tine-fork'), names.join());
});

test('scripted: words for sessions that are not open do not crowd out the news of a new one',
  async () => {
    const world = new World(['announces']);
    const { server, session } = await world.open();
    await server.prompt(session, '[[elsewhere: s-0]] '.repeat(100));
    const other = await server.newSession(world.project);
    await server.prompt(other, '[[say: well]]');
    const { availableCommands } = server.updates(other, 'available_commands_update').at(-1);
    assert.ok(availableCommands.some(({ name }) => name === 'fly'), JSON.stringify(availableCommands));
  });

test('scripted: a mode that is chosen holds for the next prompts', async () => {
  const { server, session } = await new World().open();
  await server.prompt(session, '[[say: well]]');
  await server.request('session/set_mode', { sessionId: session, modeId: 'free' });
  await server.prompt(session, '[[recall]]');
  assert.match(server.text(session), /in mode free$/);
});

test('scripted: what it can is offered by the next tine, also when that file is damaged', async () => {
  const world = new World();
  const images = async () => (await world.initialize()).agentCapabilities.promptCapabilities.image;
  assert.equal(await images(), false);
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: well]]');
  const file = join(world.home, 'state/tine/agent-scripted.json');
  await until('what it can to be kept', () => existsSync(file));
  assert.equal(await images(), true);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100));
  assert.equal(await images(), false);
  world.configure(`command = ${JSON.stringify([agent, 'forkless'])}`);
  assert.equal(await images(), false);
});

test('scripted: where a prompt stands in a trace goes on to it, and nothing else of _meta', async () => {
  const { server, session } = await new World().open();
  const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: 'vendor=1', baggage: 'user=me' };
  const prompt = (meta) => server.request('session/prompt', { sessionId: session,
    prompt: [{ type: 'text', text: '[[meta]]' }], _meta: meta });
  await prompt({ ...trace, tine: {}, other: 1 });
  assert.deepEqual(JSON.parse(server.text(session)), trace);
  const before = server.text(session).length;
  await prompt({ traceparent: 7, tracestate: 'x'.repeat(10_000) });
  assert.equal(server.text(session).slice(before), '{}');
});

// --- ends

test('scripted: one that exits in mid-turn ends the turn, and the next prompt goes on', async () => {
  const { server, session } = await new World().open();
  await server.prompt(session, '[[say: well]]');
  const fault = await failure(server.prompt(session, '[[say: so]] [[exit: 3]]'));
  assert.equal(fault.data.tine.kind, 'backend_gone');
  assert.match(fault.message, /exit code 3/);
  await server.prompt(session, '[[recall]]');
  assert.match(server.text(session), /exit: 3/);
});

test('scripted: one that does not heed a cancel is over all the same, and begins anew', async () => {
  const { server, session } = await new World().open();
  await server.prompt(session, '[[say: well]]');
  const turn = server.prompt(session, '[[deaf]]');
  await until('the prompt', () => running().length > 1);
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  await server.prompt(session, '[[recall]]');
  assert.match(server.text(session), /deaf/);
});

test('scripted: one that does not heed a cancel does not end another session', async () => {
  const world = new World();
  const { server, session } = await world.open();
  const other = await server.newSession(world.project);
  await server.prompt(other, '[[say: here]]');
  await server.prompt(session, '[[say: well]]');
  const turn = server.prompt(session, '[[deaf]]');
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  await goesOn(server, other);
  await server.prompt(session, '[[recall]]');
  assert.match(server.text(session), /deaf/);
});

test('scripted: one that is stopped ends at a cancel, and at the end of the program', async () => {
  const { server, session } = await new World().open();
  const turn = server.prompt(session, '[[stop]]');
  await until('its process', () => running().length > 1);
  server.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  server.stdin.end();
  await server.exited;
  await until('every process to be gone', () => running().length === 0);
});

test('scripted: silence is ended at the limit that is set', async () => {
  const { server, session } = await new World([], 'first_response_seconds = 1').open();
  const fault = await failure(server.prompt(session, '[[wait]]'));
  assert.equal(fault.data.tine.kind, 'timeout');
  assert.match(fault.message, /scripted was silent for too long/);
  await goesOn(server, session);
});

test('scripted: one that does not end with its input is killed', async () => {
  const { server, session } = await new World(['stays']).open();
  await server.prompt(session, '[[say: well]]');
  server.stdin.end();
  await server.exited;
  await until('every process to be gone', () => running().length === 0);
});

// --- beginnings

for (const [manner, words, kind] of [
  ['refuses', /does not want to/, 'backend_failed'],
  ['modern', /version 2 of the Agent Client Protocol/, 'backend_failed'],
  ['login', /Authentication required/, 'auth_required'],
  ['nameless', /sessionId/, 'backend_failed'],
]) {
  test(`scripted: one that ${manner} is told of in the first prompt`, async () => {
    const { server, session } = await new World([manner]).open();
    const fault = await failure(server.prompt(session, '[[say: well]]'));
    assert.equal(fault.data.tine.kind, kind, JSON.stringify(fault));
    assert.match(fault.message, words);
  });
}

test('scripted: a program that is not there is said with what to do', async () => {
  const world = new World();
  world.configure('command = ["/nowhere/agent"]');
  const { server, session } = await world.open();
  const fault = await failure(server.prompt(session, 'hello'));
  assert.equal(fault.data.tine.kind, 'backend_not_installed');
  assert.match(fault.data.tine.hint, /correct `command` of \[backends.scripted\]/);
});

// --- the past

async function takeUp(manners, capabilities = {}) {
  const world = new World(manners);
  const first = await world.open();
  await first.server.prompt(first.session, '[[say: noted]] plant a walnut');
  first.server.stdin.end();
  await first.server.exited;
  const server = await world.serve(capabilities, 'zed');
  await server.request('session/load',
    { sessionId: first.session, cwd: world.project, mcpServers: [] });
  const before = server.text(first.session);
  const asked = [];
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return allow;
  };
  const answer = await server.prompt(first.session, '[[recall]]').catch((fault) => fault);
  return { world, server, session: first.session, before, answer, asked };
}

for (const manners of [[], ['loads'], ['replays'], ['loads', 'replays']]) {
  test(`scripted: a session is taken up again, ${manners.join(', ') || 'resumed'}`, async () => {
    const { server, session, before } = await takeUp(manners);
    assert.equal(before, 'noted');
    const said = server.text(session).slice(before.length);
    assert.match(said, /walnut/);
    assert.doesNotMatch(said, /replayed/);
    assert.equal(server.updates(session, 'user_message_chunk').length, 1);
  });
}

for (const [manners, words] of [
  [[], undefined],
  [['loads'], 'The last answer of the transcript is not in what it has told.'],
  [['loads', 'mute-past'], undefined],
  [['loads', 'forgetful'], 'It has told of 0 prompts; the transcript has 1.'],
]) {
  test(`scripted: what it replays is compared with the transcript, ${manners.join(', ') || 'resumed'}`,
    async () => {
      const { server, session } = await takeUp(manners, { session: { notices: {} } });
      const [notice, ...more] = server.updates(session, 'notice');
      assert.deepEqual(more, []);
      assert.equal(notice?.description?.split(' Ask it')[0], words);
      if (words) assert.match(notice.title, /^scripted remembers this session otherwise/);
    });
}

test('scripted: where it cannot open the past, a person is asked, and it begins with a summary',
  async () => {
    const { server, session, asked, answer } = await takeUp(['forgets']);
    assert.equal(asked.length, 1, JSON.stringify(answer));
    assert.match(server.text(session), /walnut/);
  });

// --- forks

for (const [manners, strategy, reason] of [
  [[], 'native', /branched/],
  [['replays'], 'native', /branched/],
  [['forkless'], 'soft', /cannot branch/],
  [['stubborn'], 'soft', /no fork today/],
  [['same'], 'soft', /parent's own session/],
]) {
  test(`scripted: a fork of one that is ${manners.join() || 'well-behaved'} is ${strategy}`, async () => {
    const world = new World(manners);
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: noted]] plant a walnut');
    const { sessionId, _meta: { tine } } = await fork(server, world, session);
    assert.equal(tine.fork.strategy, strategy, JSON.stringify(tine.fork));
    assert.match(tine.fork.attempts[0].reason, reason);
    await server.prompt(sessionId, '[[recall]]');
    assert.match(server.text(sessionId), /walnut/);
    assert.doesNotMatch(server.text(sessionId), /replayed/);
    await goesOn(server, session);
  });
}

test('scripted: a strict fork of one that cannot is refused with the reason', async () => {
  const world = new World(['stubborn']);
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: noted]]');
  const fault = await failure(fork(server, world, session, { strict: true }));
  assert.match(fault.message, /no fork today/);
  await goesOn(server, session);
});

test('scripted: a fork from another backend needs to know what the agent does without asking',
  async () => {
    const world = new World();
    const more = '[backends.rehearsal]\nkind = "rehearsal"\n';
    world.configure(`command = ${JSON.stringify([agent])}\n${more}`);
    const play = async () => {
      const { server } = await world.open();
      const { sessionId } = await server.request('session/new', { cwd: world.project,
        mcpServers: [], _meta: { tine: { backend: 'rehearsal' } } });
      await server.prompt(sessionId, 'plant a walnut');
      return { server, forked: fork(server, world, sessionId, { backend: 'scripted' }) };
    };
    const fault = await failure((await play()).forked);
    assert.match(fault.message, /would do more without asking than its parent/);
    world.configure(`command = ${JSON.stringify([agent])}\nrights = "asks"\n${more}`);
    const { server, forked } = await play();
    const { sessionId, _meta: { tine } } = await forked;
    assert.equal(tine.fork.strategy, 'soft');
    await server.prompt(sessionId, '[[recall]]');
    assert.match(server.text(sessionId), /walnut/);
    const back = await fork(server, world, sessionId, { backend: 'rehearsal' });
    assert.equal(back._meta.tine.backend, 'rehearsal');
  });

// --- folders

test('scripted: nothing is started in a folder with configuration for agents before it is trusted',
  async () => {
    const world = new World();
    mkdirSync(join(world.project, '.gemini'));
    const { server, session } = await world.open();
    const asked = [];
    let answer = 'reject_once';
    server.handlers['session/request_permission'] = (params) => {
      asked.push(params);
      return { outcome: { outcome: 'selected',
        optionId: params.options.find(({ kind }) => kind === answer).optionId } };
    };
    const fault = await failure(server.prompt(session, '[[say: well]]'));
    assert.match(fault.message, /is not trusted/);
    assert.equal(asked.length, 1);
    assert.match(JSON.stringify(asked[0]), /\.gemini/);
    assert.equal(running().length, 1, 'the agent was started');
    answer = 'allow_always';
    const other = await world.open();
    other.server.handlers = server.handlers;
    await goesOn(other.server, other.session);
    assert.equal(asked.length, 2);
  });

if (!sanitized) {
  test('scripted: a flood of 200,000 updates arrives whole, in bounded memory', async () => {
    const { server, session } = await new World().open();
    await server.prompt(session, '[[say: well]]');
    await server.prompt(session, '[[flood: 200000 100]]');
    assert.equal(server.text(session).length, 'well'.length + 200_000 * 100);
    assert.ok(server.memory('VmHWM') < 100_000, `${server.memory('VmHWM')}`);
  });
}

/// The numbers up to `to` as [[count]] says them; a tool call is in parentheses.
function counted(to) {
  let out = '';
  for (let i = 1; i <= to; i += 1) out += `${i % 1000 === 0 ? `(${i})` : ''}${i} `;
  return out;
}

/// What updates say, in their order and in the form of counted().
const told = (updates) => updates.map(({ sessionUpdate, content, title }) => {
  if (sessionUpdate === 'agent_message_chunk') return content.text;
  return sessionUpdate === 'tool_call' ? `(${title})` : '';
}).join('');

test('scripted: what it says fast keeps its order, for a client that does not read for long and on disk',
  async () => {
    const to = 200_000;
    const world = new World();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: now ]]');
    server.stdout.pause();
    const turn = server.prompt(session, `[[count: ${to}]]`);
    await until('some of it to be recorded',
      () => world.transcript(session).includes('"title":"1000"'));
    server.stdout.resume();
    await turn;
    assert.equal(told(server.updates(session)), `now ${counted(to)}`);
    const lines = world.transcript(session).split('\n').filter(Boolean).map((line) => JSON.parse(line));
    assert.equal(told(lines.filter(({ type }) => type === 'update').map(({ data }) => data)),
      `now ${counted(to)}`);
    if (!sanitized) assert.ok(server.memory('VmHWM') < 100_000, `${server.memory('VmHWM')}`);
  });

test('scripted: what is long holds up nobody, and keeps its order', async () => {
  const world = new World();
  const { server, session } = await world.open({ TINE_LOG_LEVEL: 'info' });
  const bytes = 8_000_000;
  const raw = JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session,
    update: { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'c'.repeat(bytes) } } } });
  await server.prompt(session, `[[say: now ]] [[big: ${bytes}]] [[raw: ${raw}]] [[say: over]]`);
  assert.ok(server.text(session) === `now ${'b'.repeat(bytes)}over`);
  assert.doesNotMatch(server.stderr, /the loop was held/);
});

test('scripted: a secret that is cut in two reaches the client, and not the disk', async () => {
  const world = new World();
  const { server, session } = await world.open();
  const halves = ['ghp_a1B2c3D4e5a1B2c3', 'D4e5a1B2c3D4e5a1B2c3'];
  await server.prompt(session, `[[say: so it is ${halves[0]}]] [[say: ${halves[1]} I think]]`);
  assert.equal(server.text(session), `so it is ${halves.join('')} I think`);
  const said = world.transcript(session).split('\n').filter((line) => line.includes('message_chunk'));
  assert.match(said.join('\n'), /so it is «redacted:[^»]*» I think/);
  for (const half of halves) assert.ok(!said.join('\n').includes(half));
});
