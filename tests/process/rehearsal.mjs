// docs/rehearsal.md says what there is: each directive of the program stands there and none besides,
// and each example does what it says.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { Terminals } from '../clients/terminals.mjs';

const page = readFileSync('docs/rehearsal.md', 'utf8');

/// The names in the program's own table.
function knownDirectives() {
  const source = readFileSync('executor/rehearsal/script.cpp', 'utf8');
  const [, table] = source.match(/> known = \{([^}]*)\}/);
  return [...table.matchAll(/"(\w+)"/g)].map(([, name]) => name);
}

const documented = [...page.matchAll(/^- `\[\[(\w+)/gm)].map(([, name]) => name);
const examples = [...page.matchAll(/^ {2}Example: `([^`]+)`(?: says "([^"]*)")?$/gm)]
  .map(([, prompt, says]) => ({ prompt, says: says?.replaceAll('\\n', '\n') }));

test('rehearsal: the page has the directives of the program, and only those', () => {
  const known = knownDirectives();
  assert.ok(known.length > 20);
  assert.deepEqual([...documented].sort(), [...known].sort());
});

test('rehearsal: every directive has an example, except the one that never ends', () => {
  const shown = new Set(examples.flatMap(({ prompt }) =>
    [...prompt.matchAll(/\[\[(\w+)/g)].map(([, name]) => name)));
  assert.deepEqual(documented.filter((name) => !shown.has(name)), ['hang']);
});

for (const { prompt, says } of examples) {
  test(`rehearsal: ${prompt}`, async () => {
    const { server, session } = await Server.open({}, {
      fs: { readTextFile: true, writeTextFile: true }, terminal: true, elicitation: { form: {} },
      session: { notices: {}, compaction: {} },
    });
    const terminals = new Terminals();
    writeFileSync(join(server.cwdOf(session), 'notes.txt'), 'one\ntwo\nthree\n');
    server.handlers = {
      'session/request_permission': () => ({ outcome: { outcome: 'selected', optionId: 'allow_once' } }),
      'elicitation/create': () => ({ action: 'accept', content: { answer: 'tine' } }),
      'fs/write_text_file': ({ path, content }) => writeFileSync(path, content),
      'fs/read_text_file': ({ path, line = 1, limit }) => ({
        content: readFileSync(path, 'utf8').split(/(?<=\n)/)
          .slice(line - 1, limit && line - 1 + limit).join(''),
      }),
      'terminal/create': (params) => terminals.create(params),
      'terminal/output': (params) => terminals.output(params),
      'terminal/wait_for_exit': (params) => terminals.waitForExit(params),
      'terminal/release': (params) => terminals.release(params),
    };
    const answer = await server.prompt(session, prompt).catch((fault) => fault);
    assert.ok(answer.stopReason || answer.data?.tine, String(answer));
    assert.equal(server.text(session), says);
  });
}

test('rehearsal: what is not a directive is text', async () => {
  const { server, session } = await Server.open();
  for (const text of ['[[nonsense:x]]', '[[say:never closed', ']] [[', '[say:x]', '[[[[say]]']) {
    const before = server.text(session).length;
    await server.prompt(session, text);
    const said = server.text(session).slice(before);
    if (text === '[[[[say]]') assert.equal(said, ''); else assert.equal(said, `You said: ${text}`);
  }
});

test('rehearsal: the token model is as the page says', async () => {
  const { server, session } = await Server.open();
  const tokens = (text) => Math.ceil(Buffer.byteLength(text) / 4);
  let sent = 0;
  let context = 2000;
  const ask = async (sessionId, prompt, says) => {
    const { usage, _meta: { tine } } = await server.prompt(sessionId, prompt);
    const cached = Math.floor(sent / 64) * 64;
    sent = context + tokens(prompt);
    context = sent + tokens(says);
    assert.deepEqual([usage.inputTokens, usage.cachedReadTokens, usage.outputTokens],
      [sent - cached, cached, tokens(says)]);
    assert.equal(usage.cachedWriteTokens, undefined);
    assert.equal(tine.usage.estimated, true);
    const { used, size } = server.updates(sessionId, 'usage_update').at(-1);
    assert.deepEqual([used, size], [context, 200_000]);
  };
  await ask(session, 'hello', 'You said: hello');
  await ask(session, 'é'.repeat(200), `You said: ${'é'.repeat(200)}`);
  const { sessionId } = await server.request('session/fork',
    { sessionId: session, cwd: server.cwdOf(session), mcpServers: [] });
  await ask(sessionId, 'in the fork', 'You said: in the fork');
});
