// Writes the list of functions that the linker puts together, in the order of their first calls: what
// a start, a session and its first turn run.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program, test } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';

const [tracer, output] = [process.env.TINE_TRACER, process.env.TINE_ORDER];

test('the functions of a start, a session and its first turn', async () => {
  const called = join(directory('order'), 'called');
  const { server, session } = await Server.open({ command: [tracer, called, program, 'acp'] });
  await server.prompt(session, '[[plan:Look]] [[say:Hello there]]');
  await server.request('session/list');
  server.stdin.end();
  const { code } = await server.exited;
  if (code !== 0) throw new Error(`${code}: ${server.stderr}`);
  // What makes the globals stands together as it is, and its names change with what is compiled as one.
  const names = readFileSync(called, 'utf8').split('\n').filter((name) => !/^_GLOBAL_|^__cxx_global_/.test(name));
  writeFileSync(output, names.join('\n'));
});
