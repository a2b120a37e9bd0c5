// What conformance/packages/ has for others' CI: the action, the npm package, the container file.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { directory, test } from '../clients/cases.mjs';

const packages = resolve('conformance/packages');
const build = dirname(process.env.TINE);
const tool = join(build, 'acp-conform');
const fixture = join(build, 'conformance/fixture_agent');
const only = '--only ACP-INIT-001 --only ACP-INIT-004';

const run = (command, words, { cwd = directory('cwd'), env = {} } = {}) => new Promise((done) => {
  const child = execFile(command, words, { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env } },
    (fault, out, errors) => done({ status: fault === null ? 0 : fault.code, out, errors, cwd }));
  child.stdin.end();
});

const judge = (env) => run(join(packages, 'github-action/judge.sh'), [], { env: { BINARY: tool,
  OPTIONS: only, AGENT: fixture, ...env } });

test('the action hands over each of its inputs, and its script uses them', () => {
  const action = readFileSync(join(packages, 'github-action/action.yml'), 'utf8');
  // No YAML reader is among the packages of the tests: the shape is that of plain YAML, two blanks a level.
  const lines = action.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) assert.match(line, /^( {2})*(- )?[a-z0-9A-Z_]+:( .*)?$/, line);
  const section = (name) => action.split(/^(?=\S)/m).find((part) => part.startsWith(`${name}:`));
  const inputs = [...section('inputs').matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name);
  const handed = [...action.matchAll(/^ {8}([A-Z0-9]+): \$\{\{ inputs\.(\w+) \}\}$/gm)];
  assert.deepEqual(handed.map(([, , name]) => name).sort(), [...inputs].sort());
  const script = readFileSync(join(packages, 'github-action/judge.sh'), 'utf8');
  for (const [, variable, name] of handed) {
    assert.equal(variable, name.toUpperCase());
    assert.ok(script.includes(`\${${variable}`) || script.includes(`$${variable}`), variable);
  }
  assert.match(action, /run: '"\$GITHUB_ACTION_PATH\/judge\.sh"'/);
  const help = execFileSync(tool, ['--help'], { encoding: 'utf8' });
  const options = [...script.matchAll(/\(?(--(?:junit|markdown|strict|baseline))\b/g)].map(([, each]) => each);
  assert.equal(new Set(options).size, 4);
  for (const each of options) assert.ok(help.includes(each), each);
});

test('the action judges, and writes JUnit and the summary of the job', async () => {
  const folder = directory();
  const env = { GITHUB_STEP_SUMMARY: join(folder, 'summary'), GITHUB_OUTPUT: join(folder, 'output') };
  const good = await judge(env);
  assert.equal(good.status, 0, good.errors);
  assert.match(good.out, /fixture-agent 1\.0\.0: conforms \(2 passed, 0 failed\)/);
  assert.match(readFileSync(join(good.cwd, 'acp-conform.xml'), 'utf8'), /tests="2" failures="0"/);
  assert.match(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8'), /ACP-INIT-001/);
  assert.equal(readFileSync(env.GITHUB_OUTPUT, 'utf8'), 'junit=acp-conform.xml\n');
  const bad = await judge({ ...env, AGENT: `'${fixture}' ACP-INIT-001`, JUNIT: 'other.xml' });
  assert.equal(bad.status, 1, bad.errors);
  assert.match(readFileSync(join(bad.cwd, 'other.xml'), 'utf8'), /failures="1"/);
  assert.equal((await judge({ AGENT: `${fixture} ACP-INIT-004` })).status, 0);
  assert.equal((await judge({ AGENT: `${fixture} ACP-INIT-004`, STRICT: 'true' })).status, 1);
  const known = join(folder, 'known');
  writeFileSync(known, 'ACP-INIT-001\n');
  assert.equal((await judge({ AGENT: `${fixture} ACP-INIT-001`, BASELINE: known })).status, 0);
});

test('the action takes no binary that is not what it should be', async () => {
  const sum = execFileSync('sha256sum', [tool], { encoding: 'utf8' }).split(' ')[0];
  const fetched = { BINARY: 'acp-conform-not-here', URL: `file://${tool}` };
  assert.equal((await judge({ ...fetched, SHA256: sum })).status, 0);
  assert.equal((await judge({ ...fetched, SHA256: sum.replace(/./g, '0') })).status, 2);
  const none = await judge({ BINARY: 'acp-conform-not-here' });
  assert.equal(none.status, 2);
  assert.match(none.out, /::error::.*there is no acp-conform-not-here/);
  const nobody = await judge({ AGENT: '' });
  assert.equal(nobody.status, 2);
  assert.match(nobody.out, /::error::.*no agent/);
});

test('the npm package starts the binary beside it', async () => {
  const folder = directory();
  const source = join(folder, 'npm');
  cpSync(join(packages, 'npm'), source, { recursive: true });
  const name = `acp-conform-${process.platform}-${process.arch}`;
  copyFileSync(tool, join(source, 'bin', name));
  chmodSync(join(source, 'bin', name), 0o644);
  const offline = ['--offline', '--cache', join(folder, 'cache'), '--no-audit', '--no-fund'];
  const packed = JSON.parse((await run('npm', ['pack', '--json', '--pack-destination', folder, ...offline],
    { cwd: source })).out)[0];
  assert.deepEqual(packed.files.map(({ path }) => path).sort(),
    ['README.md', `bin/${name}`, 'bin/acp-conform.js', 'package.json'].sort());
  const user = join(folder, 'user');
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{}');
  const installed = await run('npm', ['install', ...offline, join(folder, packed.filename)], { cwd: user });
  assert.equal(installed.status, 0, installed.errors);
  const program = join(user, 'node_modules/.bin/acp-conform');
  const words = [...only.split(' '), '--', fixture];
  assert.equal((await run(program, words)).status, 0);
  assert.equal((await run(program, [...words, 'ACP-INIT-001'])).status, 1);
  assert.equal((await run(program, ['--no-such-option'])).status, 2);
  const none = await run(program, words, { env: { ACP_CONFORM: '/no/such/program' } });
  assert.equal(none.status, 2);
  assert.match(none.errors, /no program for \w+ on \w+ here \(\/no\/such\/program\)\. Set ACP_CONFORM/);
});

test('the version of the npm package is that of the project', () => {
  const { version } = JSON.parse(readFileSync(join(packages, 'npm/package.json'), 'utf8'));
  assert.ok(readFileSync('CMakeLists.txt', 'utf8').includes(`project(tine VERSION ${version} `), version);
});

test('the container has the program alone, which needs no library', () => {
  const file = readFileSync(join(packages, 'container/Containerfile'), 'utf8');
  const steps = file.split('\n').filter((line) => /^[A-Z]/.test(line));
  assert.deepEqual(steps, ['FROM scratch', 'COPY acp-conform /acp-conform', 'WORKDIR /tmp',
    'ENTRYPOINT ["/acp-conform"]']);
  // A program that needs others names its interpreter (PT_INTERP, 3) in a header of its own.
  const elf = readFileSync(tool);
  const first = Number(elf.readBigUInt64LE(32));
  const types = Array.from({ length: elf.readUInt16LE(56) },
    (_, number) => elf.readUInt32LE(first + number * elf.readUInt16LE(54)));
  assert.ok(types.length > 0 && !types.includes(3), 'it is linked to shared libraries');
});
