// acp-conform client: a client that keeps all requirements passes, and one that breaks one of them fails
// that one alone.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { test } from '../clients/cases.mjs';

const build = dirname(process.env.TINE);
const tool = join(build, 'acp-conform');
const fixture = join(build, 'conformance/fixture_client');

const requirements = readFileSync('conformance/client_requirements.toml', 'utf8').split(/^\[/m).slice(1)
  .map((text) => ({ id: text.slice(0, text.indexOf(']')), tested: !/^untested = /m.test(text) }));
const tested = requirements.filter((each) => each.tested).map(({ id }) => id);

const run = (options, broken = [], client = [fixture, '{agent}']) => new Promise((done) => {
  execFile(tool, ['client', ...options, '--', ...client, ...broken], { maxBuffer: 1 << 28 },
    (fault, out, errors) => done({ status: fault === null ? 0 : fault.code, out, errors }));
});

const ids = (report, ...verdicts) => report.requirements
  .filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);

test('the client that keeps all requirements passes them all', async () => {
  const { status, out, errors } = await run(['--json', '-', '--strict']);
  assert.equal(status, 0, errors);
  assert.deepEqual(ids(JSON.parse(out), 'pass').sort(), [...tested].sort());
});

for (const ten of new Set(tested.map((id) => id.slice(0, -1)))) {
  test(`a client that breaks a requirement fails that one alone: ${ten}…`, async () => {
    const left = tested.filter((id) => id.startsWith(ten));
    const wrong = [];
    const work = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        const { status, out, errors } = await run(['--json', '-', '--timeout', '5', '--strict'], [id]);
        const failed = out === '' ? errors : ids(JSON.parse(out), 'fail', 'warning').join(' ');
        if (failed !== id || status !== 1) wrong.push(`${id}: exit ${status}, failed: ${failed}`);
      }
    };
    await Promise.all([work(), work()]);
    assert.deepEqual(wrong, []);
  });
}

test('a failure of a client tells the requirement, what was expected and the wire', async () => {
  const { status, out } = await run(['--only', 'ACP-CLIENT-024'], ['ACP-CLIENT-024']);
  assert.equal(status, 1);
  for (const part of ['ACP-CLIENT-024  fail', 'protocol/v1/tool-calls', '"optionId":"perhaps"',
    'fixture-client 1.0.0: does not conform (0 passed, 1 failed)']) {
    assert.ok(out.includes(part), `${part} is not in\n${out}`);
  }
});

// What was seen of these versions.
for (const [name, failed, passed, command] of [
  ['acpx', ['ACP-CLIENT-040'], ['ACP-CLIENT-025'],
    ['tests/clients/node_modules/acpx/dist/cli.js', '--agent', '{agent}', '--cwd', '{cwd}', '--approve-all',
      'exec', 'hello']],
  ['acp-factory', ['ACP-CLIENT-025', 'ACP-CLIENT-027'], ['ACP-CLIENT-024'],
    ['tests/clients/judged.mjs', 'acp-factory', '{agent}']],
]) {
  test(`a real client is judged: ${name}`, async () => {
    const [script, ...words] = command;
    const { out, errors } = await run(['--json', '-', '--env', 'HOME={folder}', '--env', 'TMPDIR={folder}',
      ...[...failed, ...passed].flatMap((id) => ['--only', id])], [],
    [process.execPath, resolve(script), ...words]);
    assert.notEqual(out, '', errors);
    const report = JSON.parse(out);
    assert.deepEqual(ids(report, 'fail', 'warning').sort(), failed);
    assert.deepEqual(ids(report, 'pass').sort(), passed);
  });
}

test('the command of the agent can stand in a variable', async () => {
  const { status, out, errors } = await run(['--only', 'ACP-CLIENT-024', '--env', 'AGENT={agent}'], [],
    ['sh', '-c', `exec ${fixture} "$AGENT"`]);
  assert.equal(status, 0, `${out}${errors}`);
});

test('what is no client says so', async () => {
  const none = await run(['--only', 'ACP-CLIENT-024'], [], ['/no/such/client', '{agent}']);
  assert.equal(none.status, 2);
  assert.match(none.errors, /was not seen through one prompt: it cannot be started/);
  const other = await run(['--only', 'ACP-CLIENT-024'], [], ['true', '{agent}']);
  assert.equal(other.status, 2);
  assert.match(other.errors, /it has ended and has not started its agent/);
  const nowhere = await run([], [], [fixture]);
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.errors, /the client's command has no \{agent\}/);
  const listed = await run(['--list'], [], []);
  for (const { id } of requirements) assert.ok(listed.out.includes(`${id}  `), id);
});
