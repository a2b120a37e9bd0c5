// Completions: what bash offers, as the script of the program has it.

import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Place } from './place.mjs';

test('completions: bash offers verbs, their options, and the ids of sessions', async () => {
  const place = new Place();
  const bin = directory('bin');
  symlinkSync(program, join(bin, 'tine'));
  writeFileSync(join(place.project, 'tine.bash'), await place.says('completions', 'bash'));
  const offers = async (...words) => {
    const { stdout, stderr } = await runProgram(['-c', 'source ./tine.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tine; ' +
      'printf "%s\\n" "${COMPREPLY[@]}"', 'bash', 'tine', ...words],
      { command: '/bin/bash', cwd: place.project, env: { ...place.env, PATH: `${bin}:${process.env.PATH}` } });
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean);
  };
  assert.deepEqual(await offers('comp'), ['completions']);
  assert.deepEqual(await offers('session', 'ver'), ['verify']);
  assert.deepEqual(await offers('run', '--fork-l'), ['--fork-last']);
  assert.deepEqual(await offers('session', 'list', '--tr'), ['--tree']);
  assert.deepEqual(await offers('run', '--js'), ['--json']);
  assert.deepEqual(await offers('doctor', '--fork-l'), []);
  const { sessionId } = await place.json('run', 'hello');
  for (const words of [['reply'], ['session', 'show']])
    assert.deepEqual(await offers(...words, sessionId.slice(0, 6).toLowerCase()), [sessionId]);
});

test('completions: each shell has every verb; another shell is refused', async () => {
  const place = new Place();
  const { stdout } = await place.ends(0, '--help');
  const verbs = [...stdout.split('Subcommands:')[1].split('\n\n')[0].matchAll(/^ {2}(\w+) /gm)].map(([, verb]) => verb);
  assert.ok(verbs.length > 10);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = await place.says('completions', shell);
    for (const verb of verbs) assert.match(script, new RegExp(`[ '(]${verb}[ ')]`), `${shell} ${verb}`);
  }
  await place.ends(2, 'completions', 'tcsh');
  await place.ends(2, 'completions');
});
