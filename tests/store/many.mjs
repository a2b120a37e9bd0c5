// More open sessions than a process may have files.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import { program, test } from '../clients/cases.mjs';
import { Place, recalled } from './place.mjs';

const sessions = 10_000;
const atOnce = 250;

/// Does it to all, a number of them at a time.
async function each(list, work) {
  const out = [];
  for (let i = 0; i < list.length; i += atOnce)
    out.push(...await Promise.all(list.slice(i, i + atOnce).map(work)));
  return out;
}

test(`${sessions} open sessions where a process may have 1024 files`, async () => {
  const place = new Place();
  const server = await place.serve({ command: ['bash', '-c', 'ulimit -n 1024; exec "$0" acp', program] });
  const said = new Map();
  server.onMessage = ({ params }) => {
    const update = params?.update;
    if (update?.sessionUpdate !== 'agent_message_chunk') return;
    said.set(params.sessionId, (said.get(params.sessionId) ?? '') + update.content.text);
  };
  const ids = await each(Array.from({ length: sessions }), () => place.make(server));
  assert.equal(new Set(ids).size, sessions);
  const numbered = ids.map((id, i) => ({ id, i }));
  await each(numbered, ({ id, i }) => server.prompt(id, `[[say:Yes.]] number ${i}`));
  said.clear();
  // Those that were silent for the longest time are asked, and some of all others.
  const asked = numbered.filter(({ i }) => i < 1000 || i % 10 === 0);
  await each(asked, ({ id }) => server.prompt(id, '[[recall]]'));
  const wrong = asked.filter(({ id, i }) => said.get(id) !== recalled([`number ${i}`]));
  assert.deepEqual(wrong, []);
  const open = readdirSync(`/proc/${server.pid}/fd`).length;
  assert.ok(open < 64, `${open} descriptors are open`);
  assert.equal((await place.list(server)).size, sessions);
  assert.equal(server.stderr, '');
}, 5);
