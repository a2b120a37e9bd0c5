// What goes wrong between the program, Claude Code and the model: a typed error, or the turn goes
// on; the session stays usable.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { apiKey, choosing, claude, World } from './world.mjs';

async function goesOn(server, session) {
  assert.equal((await server.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
  assert.ok(server.text(session).endsWith('fine'), server.text(session));
}

const faultOf = (server, session, text) => server.prompt(session, text).catch((error) => error);

/// The messages that the session was told, one text for each id; those that were broken off end
/// with "…".
function messages(server, session) {
  const told = new Map();
  const chunks = server.updates(session, 'agent_message_chunk');
  for (const { messageId, content, _meta: meta } of chunks) {
    const more = meta?.tine?.abandoned ? '…' : '';
    told.set(messageId, (told.get(messageId) ?? '') + content.text + more);
  }
  return [...told.values()];
}

const faults = [
  { prompt: '[[status: 401]]', kind: 'auth_required', code: -32000 },
  { prompt: '[[status: 403]]', kind: 'auth_required', code: -32000 },
  { prompt: '[[status: 404]]', kind: 'model_unavailable' },
  { prompt: '[[status: 429]]', kind: 'rate_limited' },
  { prompt: '[[status: 500]]', kind: 'overloaded' },
  { prompt: '[[status: 529]]', kind: 'overloaded' },
  { prompt: '[[reset: 9]]', kind: 'connection_failed' },
  { prompt: '[[context]]', kind: 'context_exceeded' },
];

test('claude: each fault of the service is told by its kind, and the session goes on', async () => {
  const world = await World.make({ tineConfig: 'max_retries = 0' });
  const { server, session } = await world.open();
  for (const { prompt, kind, code } of faults) {
    const fault = await faultOf(server, session, prompt);
    assert.equal(fault.data?.tine?.kind, kind, `${prompt}: ${fault} ${JSON.stringify(fault)}`);
    assert.ok(!fault.message.includes(apiKey), prompt);
    if (code !== undefined) assert.equal(fault.code, code, prompt);
    await goesOn(server, session);
  }
});

test('claude: a key that is refused ends the turn at the first refusal', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const fault = await faultOf(server, session, '[[status: 401]]');
  assert.equal(fault.data?.tine?.kind, 'auth_required', JSON.stringify(fault));
  assert.match(fault.data.tine.hint, /claude auth login/);
  assert.equal(world.model.requests().length, 1);
  await goesOn(server, session);
});

test('claude: without a login the turn ends as auth_required, and the model is not asked',
  async () => {
    const world = await World.make({ variables: { ANTHROPIC_API_KEY: undefined } });
    const { server, session } = await world.open();
    const fault = await faultOf(server, session, 'hi');
    assert.equal(fault.data?.tine?.kind, 'auth_required', JSON.stringify(fault));
    assert.equal(fault.code, -32000);
    assert.equal(world.model.requests().length, 0);
  });

test('claude: a usage limit tells when it ends', async () => {
  const world = await World.make({ tineConfig: 'max_retries = 0',
    variables: { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: apiKey } });
  const { server, session } = await world.open();
  const resets = Math.floor(Date.now() / 1000) + 7200;
  const fault = await faultOf(server, session, `[[limit: ${resets}]]`);
  assert.equal(fault.data?.tine?.kind, 'usage_limit', JSON.stringify(fault));
  const { retryAfter } = fault.data.tine;
  assert.ok(retryAfter > 6000 && retryAfter <= 7200, `${retryAfter}`);
  await goesOn(server, session);
});

test('claude: the time that a refusing service asks to wait is told', async () => {
  const world = await World.make({ tineConfig: 'max_retries = 1' });
  const { server, session } = await world.open();
  const fault = await faultOf(server, session, '[[status: 429 9 1]]');
  assert.equal(fault.data?.tine?.kind, 'rate_limited', JSON.stringify(fault));
  assert.equal(world.model.requests().length, 2);
  assert.ok(fault.data.tine.retryAfter >= 1, JSON.stringify(fault.data));
  // For an hour Claude Code does not wait, and does not tell of it either.
  const long = await faultOf(server, session, '[[status: 429 9 3600]]');
  assert.equal(long.data?.tine?.kind, 'rate_limited', JSON.stringify(long));
  assert.equal(world.model.requests().length, 3);
  assert.equal(long.data.tine.retryAfter, null);
  await goesOn(server, session);
});

const passing = [
  { prompt: '[[status: 429 2 0]]', notices: 2 },
  { prompt: '[[status: 500 2]]', notices: 2 },
  { prompt: '[[reset: 1]]', notices: 1 },
];

test('claude: what passes is noticed and tried again', async () => {
  const world = await World.make();
  const { server, session } = await world.open({ session: { notices: {} } });
  let noticed = 0;
  for (const { prompt, notices } of passing) {
    const words = `after ${prompt.slice(2, 8)}`;
    const { stopReason } = await server.prompt(session, `${prompt} [[say: ${words}]]`);
    assert.equal(stopReason, 'end_turn', prompt);
    assert.equal(messages(server, session).at(-1), words);
    const all = server.updates(session, 'notice');
    assert.equal(all.length - noticed, notices, JSON.stringify(all));
    noticed = all.length;
  }
});

const broken = [
  { prompt: '[[slow: 3 20]] [[drop: 1]]', whole: '0 1 2 ' },
  { prompt: '[[slow: 4 20]] [[drop]]', whole: '0 1 2 3 ' },
  { prompt: '[[say: another half]] [[overloaded_event: 1]]', whole: 'another half' },
];

test('claude: an answer that breaks off is marked, and given again as another message', async () => {
  const world = await World.make({ tineConfig: 'max_retries = 1' });
  const { server, session } = await world.open();
  for (const { prompt, whole } of broken) {
    const from = messages(server, session).length;
    assert.equal((await server.prompt(session, prompt)).stopReason, 'end_turn', prompt);
    const told = messages(server, session).slice(from);
    assert.ok(told.length >= 2, `${prompt}: ${JSON.stringify(told)}`);
    assert.equal(told.pop(), whole, prompt);
    for (const partial of told) assert.ok(partial.endsWith('…'), `${prompt}: ${partial}`);
  }
  await goesOn(server, session);
});

test('claude: an answer whose stream just ends is kept, and the model is asked for the rest',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const { stopReason } = await server.prompt(session, '[[say: half of it]] [[truncate: 1]]');
    assert.equal(stopReason, 'end_turn');
    // The mock says it again, a model goes on.
    assert.deepEqual(messages(server, session), ['half of it', 'half of it']);
    assert.ok(!server.text(session).includes('cut off'));
  });

test('claude: an answer that the model ends early has that as its stop reason', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const stop = async (prompt) => (await server.prompt(session, prompt)).stopReason;
  assert.equal(await stop('[[say: too much]] [[stop: max_tokens]]'), 'max_tokens');
  assert.match(messages(server, session).at(-1), /output token maximum/);
  await goesOn(server, session);
  assert.equal(await stop('[[say: rather not]] [[stop: refusal]]'), 'refusal');
  assert.match(messages(server, session).at(-1), /safeguards/);
  await goesOn(server, session);
});

const silences = ['[[hang: headers]]', '[[hang: body]]', '[[say: partial words]] [[hang: body]]',
  '[[run: until test -e never; do sleep 0.05; done]]'];

test('claude: silence is interrupted at the limits that are set, but not while a question is open',
  async () => {
    const world = await World.make({ tineConfig: 'first_response_seconds = 2\nidle_seconds = 2' });
    const { server, session } = await world.open();
    let answer;
    const answered = new Promise((done) => { answer = done; });
    server.handlers['session/request_permission'] = (question) =>
      answered.then(() => choosing('reject_once')(question));
    const patient = await server.newSession(world.project);
    const waiting = server.prompt(patient, '[[run: python3 -c "print(1)"]] [[say: well]]');
    await server.waitFor('the question', ({ method }) => method === 'session/request_permission');
    for (const silence of silences) {
      const fault = await faultOf(server, session, silence);
      assert.equal(fault.data?.tine?.kind, 'timeout', `${silence}: ${JSON.stringify(fault)}`);
      await goesOn(server, session);
    }
    assert.ok(messages(server, session).includes('partial words'));
    // It has been open for longer than any of them was silent.
    answer();
    assert.equal((await waiting).stopReason, 'end_turn');
    assert.equal(server.text(patient), 'well');
  });

test('claude: a program that is not there, is none, or is too old is an error that says so',
  async () => {
    const world = await World.make();
    const old = join(world.home, 'old.mjs');
    writeFileSync(old, `import { createInterface } from 'node:readline';
createInterface(process.stdin).on('line', (line) => console.log(JSON.stringify({
  type: 'control_response', response: { subtype: 'success',
    request_id: JSON.parse(line).request_id, response: { claude_code_version: '2.0.0' } } })));
`);
    for (const { command, kind, text } of [
      { command: ['/nowhere/claude'], kind: 'backend_not_installed', text: /npm install/ },
      { command: [process.execPath, old], kind: 'backend_too_old', text: /2\.0\.0.*npm install/ },
      { command: ['/bin/sh', '-c', 'echo "error: unknown option --such" >&2; exit 1'],
        kind: 'backend_too_old', text: /unknown option --such.*npm install/ },
      { command: ['/bin/sh', '-c', 'echo no such thing >&2; exit 3'], kind: 'backend_gone',
        text: /exit code 3 .* no such thing/ },
    ]) {
      world.configure(`command = ${JSON.stringify(command)}`);
      const { server, session } = await world.open();
      const fault = await faultOf(server, session, 'hi');
      assert.equal(fault.data?.tine?.kind, kind, JSON.stringify(fault));
      assert.match(`${fault.message} ${fault.data.tine.hint}`, text);
      server.stdin.end();
      await server.exited;
    }
    world.configure(`command = ["${claude}"]`);
    const { server, session } = await world.open();
    await goesOn(server, session);
  });
