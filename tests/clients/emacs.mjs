// Emacs as the client, without a window: its processes, its decoding and its JSON.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { directory, program, skip, test } from './cases.mjs';
import { runProgram } from './server.mjs';

test('emacs: permissions, much text, a fork, a cancel, an error and a load', async () => {
  if (spawnSync('emacs', ['--version']).error) skip('Emacs is not installed');
  const script = new URL('emacs_client.el', import.meta.url).pathname;
  const { code, stdout, stderr } = await runProgram(['--batch', '--quick', '--load', script],
    { command: 'emacs', env: { TINE: program, PROJECT: directory('project') } });
  assert.equal(code, 0, stderr);
  const seen = JSON.parse(stdout);
  assert.equal(seen.unicode, 'You said: Grüße, 世界 🌍');
  assert.equal(seen.once, 'Allowed: once');
  assert.equal(seen.rejected, 'Not allowed.');
  assert.equal(seen.much, 200_000);
  assert.match(seen.fork, /1\. Grüße, 世界 🌍/);
  assert.equal(seen.cancelled, 'cancelled');
  assert.match(seen.failed, /Wait until the limit is reset, or use another account or model\.$/);
  assert.equal(seen.exit, 0);
  assert.equal(seen.loaded, 'Grüße, 世界 🌍You said: Grüße, 世界 🌍[[ask:Pa');
});
