// Trust in a folder, with the rehearsal agent in the place of a CLI: .rehearsal-starts has a
// program on each line.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';

function world({ looks = true } = {}) {
  const home = directory('home');
  const cwd = directory('project');
  const env = { HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state`,
    ...(looks ? { TINE_REHEARSAL_LOOKS: '1' } : {}) };
  return {
    cwd,
    brings: (...lines) => writeFileSync(join(cwd, '.rehearsal-starts'), lines.join('\n')),
    tine: (...words) => runProgram(words, { env, cwd }),
    says: async (...words) =>
      (await runProgram(['run', '[[trust]]', ...words], { env, cwd })).stdout.trim(),
  };
}

const trusted = 'This folder is trusted.';
const untrusted = 'This folder is not trusted.';

test('trust: a folder is added, listed and removed by the verb', async () => {
  const { cwd, brings, tine, says } = world();
  brings('one', 'two');
  assert.equal(await says(), untrusted);
  assert.deepEqual(await tine('trust', 'list'), { code: 0, signal: null,
    stdout: 'No answer about a folder is kept.\n', stderr: '' });
  const added = await tine('trust', 'add');
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stdout, /^rehearsal: may start here from now on:\n {2}one\n {2}two\n/m);
  assert.equal(await says(), trusted);
  const listed = await tine('trust', 'list');
  assert.ok(listed.stdout.includes(cwd) && listed.stdout.startsWith('rehearsal  trusted'));
  brings('one', 'three');
  assert.equal(await says(), untrusted);
  brings('one', 'two');
  assert.equal(await says(), trusted);
  await tine('trust', 'remove', cwd);
  assert.equal(await says(), untrusted);
});

test('trust: the verb says when there is nothing to agree to', async () => {
  const { tine } = world({ looks: false });
  const added = await tine('trust', 'add');
  assert.equal(added.stdout, 'No backend that is configured starts programs of a folder.\n');
  const { tine: another } = world();
  assert.match((await another('trust', 'add')).stdout, /^rehearsal: starts nothing here\n/m);
});

test('trust: run says in one line what it does not start, whatever it is called', async () => {
  const { brings, tine, says } = world();
  brings('one \x1b[2J', 'two');
  for (const more of [[], ['--approve'], ['--json']]) {
    const { stderr } = await tine('run', '[[trust]]', ...more);
    const lines = stderr.split('\n').filter((line) => line.includes('not trusted'));
    assert.equal(lines.length, 1, stderr);
    assert.ok(lines[0].includes('one') && lines[0].includes('two') && !lines[0].includes('\x1b'));
  }
  assert.equal(await says('--trust'), trusted);
});
