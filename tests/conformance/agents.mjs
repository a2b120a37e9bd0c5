// tine itself, judged by the tool.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';

import { program, test } from '../clients/cases.mjs';

const tool = join(dirname(process.env.TINE), 'acp-conform');

/// What the tool says of tine with these arguments.
const judge = (options, backend) => new Promise((done) => {
  execFile(tool, ['--json', '-', '--strict', '--env', 'HOME={folder}',
    '--env', 'XDG_CONFIG_HOME={folder}/config', '--env', 'XDG_STATE_HOME={folder}/state',
    ...options, '--', program, 'acp', '--backend', backend],
  { maxBuffer: 1 << 28 }, (fault, out, errors) => done({ out, errors }));
});

const bad = (report) => report.requirements.filter(({ verdict }) => verdict !== 'pass')
  .map(({ id, verdict, evidence }) => `${id} ${verdict}: ${evidence[0]?.reason}`);

test('tine with the rehearsal agent passes all requirements', async () => {
  const { out, errors } = await judge(['--prompts', 'tests/conformance/directives.toml'], 'rehearsal');
  assert.notEqual(out, '', errors);
  const report = JSON.parse(out);
  assert.deepEqual(bad(report), []);
  assert.equal(report.conforms, true);
});
