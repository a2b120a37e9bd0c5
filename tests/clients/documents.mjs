// Projects with documents that carry marks, and whether what the program says of them is what the
// model was given.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { runProgram } from './server.mjs';

export function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

let marks = 0;
/// A line that stands in one file alone.
export const mark = () => `The mark is ${++marks}m.`;
export const putMarked = (...paths) => paths.forEach((path) => put(path, `${mark()}\n`));
const marksIn = (text) => [...text.matchAll(/The mark is \d+m\./g)].map(([found]) => found);

export const git = (cwd, ...args) => execFileSync('git', ['-C', cwd, '-c', 'user.name=a', '-c',
  'user.email=a@b', ...args], { stdio: 'pipe' });

/// What `tine context` says, once a session there has been given the same: of each document that it
/// lists the marks, in its order, and no mark besides.
export async function contextThatHolds(world, cwd, ...flags) {
  const options = { env: world.environment(), cwd };
  const said = await runProgram(['context', '--json', ...flags], options);
  assert.equal(said.code, 0, said.stderr);
  const context = JSON.parse(said.stdout);
  const before = world.model.requests().length;
  const ran = await runProgram(['run', ...flags, '[[say: ok]]'], options);
  assert.equal(ran.code, 0, ran.stderr);
  const given = marksIn(world.model.requests().slice(before)
    .map(({ body }) => JSON.stringify(body)).join('\n'));
  const listed = context.documents.flatMap(({ path, givenBytes }) =>
    marksIn(readFileSync(path).subarray(0, givenBytes).toString()));
  assert.deepEqual(given.filter((each, i) => given.indexOf(each) === i), listed,
    JSON.stringify(context, null, 1));
  return context;
}
