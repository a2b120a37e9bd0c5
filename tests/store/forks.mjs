// Forks that are prompted at once know their parent and not each other.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { program, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Place, recalled, said } from './place.mjs';

const eight = Array.from({ length: 8 }, (_, i) => i);

/// A checksum of each file of a session, but for the notes of which forks it has.
function sums(folder) {
  return Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && basename(entry.parentPath) !== 'forks')
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, createHash('sha256').update(readFileSync(path)).digest('hex')];
    }).sort());
}

async function withParent() {
  const place = new Place();
  const server = await place.serve();
  const parent = await place.make(server);
  await server.prompt(parent, '[[say:Noted.]] the key is under the mat');
  await server.prompt(parent, '[[say:Noted.]] the door is green');
  return { place, server, parent };
}

const past = ['the key is under the mat', 'the door is green'];

test('eight forks are prompted at once in one process', async () => {
  const { place, server, parent } = await withParent();
  const before = sums(place.folder(parent));
  const forks = await Promise.all(eight.map(() => place.fork(server, parent)));
  assert.equal(new Set(forks).size, 8);
  await Promise.all(forks.map((fork, i) => said(server, fork, `[[say:Yes.]] I am fork ${i}`)));
  const answers = await Promise.all(forks.map((fork) => said(server, fork, '[[recall]]')));
  assert.deepEqual(answers, eight.map((i) => recalled([...past, `I am fork ${i}`])));
  assert.deepEqual(sums(place.folder(parent)), before);
  assert.equal(await said(server, parent, '[[recall]]'), recalled(past));
});

test('eight forks are made and prompted at once, each in a process of its own', async () => {
  const { place, server, parent } = await withParent();
  const before = sums(place.folder(parent));
  const others = await Promise.all(eight.map(() => place.serve()));
  const forks = await Promise.all(others.map((other) => place.fork(other, parent)));
  assert.equal(new Set(forks).size, 8);
  await Promise.all(forks.map((fork, i) => said(others[i], fork, `[[say:Yes.]] I am fork ${i}`)));
  const answers = await Promise.all(forks.map((fork, i) => said(others[i], fork, '[[recall]]')));
  assert.deepEqual(answers, eight.map((i) => recalled([...past, `I am fork ${i}`])));
  assert.deepEqual(sums(place.folder(parent)), before);
  const listed = await place.list(server);
  assert.deepEqual([...listed.keys()].sort(), [parent, ...forks].sort());
});

test('a fork is made while its parent runs: it begins at the last turn that is over', async () => {
  const { place, server, parent } = await withParent();
  const turn = server.prompt(parent, '[[say:Three]] [[open:A job]] [[hang]] the third thing');
  await server.waitFor('the job', ({ params }) => params?.update?.sessionUpdate === 'tool_call');
  const other = await place.serve();
  for (const each of [server, other]) {
    const fork = await place.fork(each, parent);
    assert.equal(await said(each, fork, '[[recall]]'), recalled(past));
  }
  server.notify('session/cancel', { sessionId: parent });
  assert.equal((await turn).stopReason, 'cancelled');
});

test('the server is killed right after it has answered a fork: the child is whole', async () => {
  const { place, server, parent } = await withParent();
  const fork = await place.fork(server, parent);
  server.child.kill('SIGKILL');
  await server.exited;
  const next = await place.serve();
  await place.load(next, fork);
  assert.equal(await said(next, fork, '[[recall]]'), recalled(past));
});

test('a chain of 300 forks loads with 256 open files, and is verified', async () => {
  const place = new Place();
  const limited = ['bash', '-c', 'ulimit -n 256 && exec "$0" acp', program];
  const server = await place.serve({ command: limited });
  let last = await place.make(server);
  await server.prompt(last, '[[say:Noted.]] the first thing');
  for (let depth = 1; depth <= 300; depth += 1) {
    const fork = await place.fork(server, last);
    await server.request('session/close', { sessionId: last });
    last = fork;
  }
  const next = await place.serve({ command: limited });
  await place.load(next, last);
  assert.equal(await said(next, last, '[[recall]]'), recalled(['the first thing']));
  const { code, stdout, stderr } =
    await runProgram(['session', 'verify', '--all'], { env: place.env, cwd: place.cwd });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^301 sessions verified, 0 damaged$/m);
});
