// Long messages: whatever is in one, the other sessions go on while it is taken apart, searched for
// secrets and written. The program itself counts how many bytes it handles between two turns of its
// loop, and says so when they are too many.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program, sanitized, test } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

/// Under the sanitizers a byte takes many times as long.
const MB = sanitized ? 100_000 : 1_000_000;

const repeated = (text, bytes) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)));

const secret = 'ghp_' + 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'.slice(0, 36);

const held = /the loop was held for \d+ bytes/;

/// A program that says on stderr how long it was held.
const open = () => Server.open({ env: { TINE_LOG_LEVEL: 'info' } });

function place(server, id) {
  return server.messages.findIndex((message) => message.id === id && !('method' in message));
}

/// A long prompt of one session, and behind it in the same write the cancel of another's.
async function assertOtherGoesFirst(long) {
  const { server, session } = await open();
  const other = await server.newSession();
  const hanging = server.prompt(other, '[[say:Here.]] [[hang]]');
  await server.waitFor('the other turn', () => server.text(other) === 'Here.');
  const prompt = server.together(() => {
    const sent = server.request('session/prompt', { sessionId: session,
      prompt: [{ type: 'text', text: '[[say:Read.]]' }, ...long] });
    server.notify('session/cancel', { sessionId: other });
    return sent;
  });
  assert.equal((await hanging).stopReason, 'cancelled');
  assert.equal((await prompt).stopReason, 'end_turn');
  assert.equal(server.text(session), 'Read.');
  assert.ok(place(server, hanging.id) < place(server, prompt.id));
  assert.doesNotMatch(server.stderr, held);
  return { server, session };
}

for (const [what, bytes, blocks] of [
  ['8 MB of cookies', 8, (size) => [{ type: 'text', text: repeated('cookie:=', size) }]],
  ['15 MB that are escaped, 30 MB as they come', 15,
    (size) => [{ type: 'text', text: repeated('"\\', size) }]],
  ['30 MB of plain text', 30, (size) => [{ type: 'text', text: repeated('plain words ', size) }]],
  ['a file of 8 MB', 8, (size) => [{ type: 'resource',
    resource: { uri: 'file:///notes', text: repeated('a line\n', size) } }]],
]) {
  test(`another session's cancel is answered behind a prompt of ${what}`, async () => {
    await assertOtherGoesFirst(blocks(bytes * MB));
  });
}

test('a long prompt is cancelled while it is searched, and leaves nothing behind', async () => {
  const { server, session } = await open();
  const prompt = server.together(() => {
    const sent = server.prompt(session, `[[say:Read.]] ${repeated('cookie:=', 8 * MB)}`);
    server.notify('session/cancel', { sessionId: session });
    return sent;
  });
  assert.equal((await prompt).stopReason, 'cancelled');
  assert.equal((await server.prompt(session, '[[recall]]')).stopReason, 'end_turn');
  assert.equal(server.text(session), 'I was told nothing yet.');
  assert.doesNotMatch(server.stderr, held);
});

test('a session is closed behind its long prompt', async () => {
  const { server, session } = await open();
  const [prompt, closed] = server.together(() => [
    server.prompt(session, `[[say:Read.]] ${repeated('cookie:=', 8 * MB)}`),
    server.request('session/close', { sessionId: session }),
  ]);
  assert.equal((await prompt).stopReason, 'cancelled');
  await closed;
  assert.equal(server.text(session), '');
});

/// What the client of `session` is told by a load: kinds in their order, each as often as another
/// came before it, and the texts by kind.
async function replayed(server, session) {
  const before = server.messages.length;
  await server.request('session/load', { sessionId: session, cwd: server.cwdOf(session),
    mcpServers: [] });
  const kinds = [];
  const texts = {};
  for (const { params } of server.messages.slice(before)) {
    const { sessionUpdate: kind, content, title } = params?.update ?? {};
    if (!['tool_call', 'agent_message_chunk', 'agent_thought_chunk', 'user_message_chunk']
      .includes(kind)) continue;
    if (kinds.at(-1) !== kind) kinds.push(kind);
    texts[kind] = (texts[kind] ?? '') + (content?.text ?? title);
  }
  return { kinds, texts };
}

test('updates that are long are recorded in slices and told in their order', async () => {
  const { server, session } = await open();
  const other = await server.newSession();
  const hanging = server.prompt(other, '[[say:Here.]] [[hang]]');
  await server.waitFor('the other turn', () => server.text(other) === 'Here.');
  // Each is one update of the agent's.
  const text = repeated('cookie:=', 4 * MB);
  const prompt = server.prompt(session,
    `[[think:${text}]] [[say:One.]] [[tool:read:${text}]] [[say:Two.]]`);
  await server.waitFor('the last words', () => server.text(session) === 'One.Two.');
  server.notify('session/cancel', { sessionId: other });
  assert.equal((await hanging).stopReason, 'cancelled');
  assert.equal((await prompt).stopReason, 'end_turn');
  const { kinds } = await replayed(server, session);
  assert.deepEqual(kinds, ['user_message_chunk', 'agent_thought_chunk', 'agent_message_chunk',
    'tool_call', 'agent_message_chunk']);
  assert.doesNotMatch(server.stderr, held);
});

for (const [what, directive, kind] of [
  ['a thought', (text) => `[[think:${text}]]`, 'agent_thought_chunk'],
  ['a tool call', (text) => `[[tool:read:${text}]]`, 'tool_call'],
]) {
  test(`${what} of 30 MB is told, recorded and replayed without holding the loop`, async () => {
    const { server, session } = await open();
    const text = repeated('plain words ', 30 * MB);
    const prompt = `${directive(text)} [[say:Done.]]`;
    assert.equal((await server.prompt(session, prompt)).stopReason, 'end_turn');
    const { texts } = await replayed(server, session);
    assert.ok(texts.user_message_chunk === prompt);
    assert.ok(texts[kind] === text);
    assert.equal(texts.agent_message_chunk, 'Done.');
    assert.doesNotMatch(server.stderr, held);
  });
}

test('long messages are mirrored in slices, and short ones behind them in their order', async () => {
  const file = join(directory('mirror'), 'traffic');
  const { server, session } = await Server.open({ command: [program, '--mirror', file, 'acp'],
    env: { TINE_LOG_LEVEL: 'info' } });
  const text = repeated('plain words ', 14 * MB);
  const prompt = server.together(() => {
    const sent = server.prompt(session, `${text} [[tool:read:${text}]] [[say:Done.]]`);
    server.notify('session/cancel', { sessionId: 'of nobody' });
    return sent;
  });
  assert.equal((await prompt).stopReason, 'end_turn');
  await server.prompt(session, `[[burst:1:${30 * MB}]]`);
  await server.prompt(session, `short, and token=${secret}`);
  server.stdin.end();
  await server.exited;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const places = [
    (line) => line.startsWith('-> ') && line.includes('"session/prompt"') && line.includes(text),
    (line) => line.startsWith('-> ') && line.includes('of nobody'),
    (line) => line.startsWith('<- ') && line.includes('"tool_call"') && line.includes(text),
    (line) => line.startsWith('<- ') && line.includes('Done.'),
    (line) => line.startsWith('<- ') && line.includes('"stopReason"'),
    (line) => line.startsWith('<- ') && line.includes('.'.repeat(1000)),
    (line) => line.startsWith('-> ') && line.includes('short, and token=«redacted:'),
  ].map((is) => lines.findIndex(is));
  assert.ok(!places.includes(-1) && places.every((place, i) => i === 0 || places[i - 1] < place), `${places}`);
  assert.ok(lines.every((line) => /^(->|<-) \{/.test(line)));
  const said = lines.filter((line) => line.includes('"agent_message_chunk"') && line.includes('..'))
    .map((line) => JSON.parse(line.slice(3)).params.update.content.text).join('');
  assert.equal(said.length, 30 * MB);
  assert.ok(!lines.join('\n').includes(secret));
  assert.doesNotMatch(server.stderr, held);
});

test('the program ends with a long message in hand: the mirror has it, or says that it is cut', async () => {
  const file = join(directory('mirror'), 'traffic');
  const server = new Server({ command: [program, '--mirror', file, 'acp'] });
  await server.initialize();
  const text = repeated('plain words ', 30 * MB);
  server.notify('_nothing', { text: `${text} token=${secret}` });
  server.notify('_more', {});
  server.stdin.end();
  await server.exited;
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const at = lines.findIndex((line) => line.startsWith('-> ') && line.includes('"_nothing"'));
  assert.notEqual(at, -1);
  const isWhole = lines[at].includes(text) && lines[at].includes('token=«redacted:');
  assert.ok(isWhole || lines[at + 1] === '-- the message before is cut, as the program ended');
  assert.ok(lines.slice(at + 1).some((line) => line.startsWith('-> ') && line.includes('"_more"')));
  assert.ok(!lines.join('\n').includes(secret));
});

test('a text of 30 MB that comes in one chunk is replayed behind a short one', async () => {
  const { server, session } = await open();
  await server.prompt(session, '[[say:Short.]]');
  await server.prompt(session, `[[burst:1:${30 * MB}]]`);
  const { texts } = await replayed(server, session);
  assert.ok(texts.agent_message_chunk === `Short.${'.'.repeat(30 * MB)}`);
  assert.doesNotMatch(server.stderr, held);
});

test('a conversation that is lost goes on from a transcript of 60 MB, and others with it', async () => {
  const { server, session } = await Server.open();
  const other = await server.newSession();
  server.handlers['session/request_permission'] = ({ options }) => ({ outcome: { outcome: 'selected',
    optionId: options.find(({ kind }) => kind === 'allow_once').optionId } });
  await server.prompt(session, 'The first of all.');
  await server.prompt(session, `[[burst:1:${30 * MB}]]`);
  await server.prompt(session, `[[forget]] [[burst:1:${30 * MB}]]`);
  await server.request('session/close', { sessionId: session });
  await server.request('session/resume', { sessionId: session, cwd: server.cwdOf(session) });
  const hanging = server.prompt(other, '[[say:Here.]] [[hang]]');
  await server.waitFor('the other turn', () => server.text(other) === 'Here.');
  const prompt = server.together(() => {
    const sent = server.prompt(session, '[[recall]]');
    server.notify('session/cancel', { sessionId: other });
    return sent;
  });
  assert.equal((await hanging).stopReason, 'cancelled');
  assert.equal((await prompt).stopReason, 'end_turn');
  assert.ok(place(server, hanging.id) < place(server, prompt.id));
  await server.prompt(session, '[[recall]]');
  const told = server.text(session).slice(-20_000);
  assert.match(told, /The first prompt:\n> The first of all\.\n/);
  assert.match(told, /\n> \[…\]\n/);
  assert.match(told, /> \.+\n\n\[End of the record\]/);
  assert.doesNotMatch(server.stderr, held);
});
