// What the program takes of memory, and what it does when there is none left.

import assert from 'node:assert/strict';

import { memoryKb } from '../bench/processes.mjs';
import { program, sanitized, skip, test, within } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

const sessions = 200;

test('a start takes at most 4 MB, and a session with its first turn one more', async () => {
  if (sanitized) skip('it is not the program that users have');
  const server = new Server();
  await server.initialize();
  const start = memoryKb(server.pid);
  assert.ok(start > 0 && start <= 4000, `${start} kB after the start`);
  await server.prompt(await server.newSession(), 'hello');
  const turn = memoryKb(server.pid);
  assert.ok(turn <= 5000, `${turn} kB after a turn`);
});

/// The address space of a server that has done a little.
async function space() {
  const { server, session } = await Server.open();
  await server.prompt(session, 'hello');
  const size = server.memory('VmSize');
  server.stdin.end();
  await server.exited;
  return size;
}

for (const spare of [4, 16]) {
  test(`two hundred sessions with ${spare} MB left: each prompt is answered`, async () => {
    const limit = await space() + spare * 1024;
    const server = new Server({ command: ['sh', '-c', `ulimit -v ${limit}; exec "$0" acp`, program] });
    await server.initialize();
    const open = [];
    for (let i = 0; i < sessions; i += 1) {
      try {
        open.push(await server.newSession());
      } catch (fault) {
        assert.ok(fault.data?.tine?.kind, fault.message);
      }
    }
    assert.ok(open.length > 0);
    const text = 'word '.repeat(20_000);
    const turns = open.map((session) => server.prompt(session, text));
    const answers = await within(60_000, 'every answer', Promise.race([Promise.allSettled(turns),
      server.exited.then((end) => { throw new Error(`it ended: ${JSON.stringify(end)}`); })]));
    for (const { status, reason } of answers)
      if (status === 'rejected') assert.ok(reason.data?.tine?.kind, reason.message);
    server.stdin.end();
    assert.deepEqual(await server.exited, { code: 0, signal: null });
  });
}
