// `tine backends`: the agents that are known, and how one is added to the user's configuration.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync,
  unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';

/// A home with these programs in PATH.
function place(...programs) {
  const home = directory('home');
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const name of programs) writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  const env = { HOME: home, PATH: bin, XDG_CONFIG_HOME: join(home, 'config') };
  const file = join(home, 'config/tine/config.toml');
  const configure = (text) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const backends = (...args) => runProgram(['backends', ...args], { env });
  return { home, bin, env, file, configure, backends, text: () => readFileSync(file, 'utf8') };
}

const row = (stdout, agent) =>
  stdout.split('\n').find((line) => line.startsWith(`${agent} `)).split(/ {2,}/);

test('backends: the known agents, which are installed, and which backend runs each', async () => {
  const it = place('opencode', 'codex');
  it.configure('[backends.mine]\nkind = "acp"\npreset = "opencode"\n');
  const { code, stdout } = await it.backends();
  assert.equal(code, 0);
  assert.deepEqual(row(stdout, 'opencode'),
    ['opencode', 'opencode acp', join(it.bin, 'opencode'), 'mine', '1.18.33']);
  assert.deepEqual(row(stdout, 'goose'), ['goose', 'goose acp', 'no', '-', 'not run']);
  assert.equal(row(stdout, 'codex')[3], 'codex');
  assert.match(stdout, /The default backend is mine\./);
  assert.equal((await it.backends('list')).stdout, stdout);
  const { agents } = JSON.parse((await it.backends('--json')).stdout);
  const opencode = agents.find(({ name }) => name === 'opencode');
  assert.deepEqual([opencode.command, opencode.backends], [['opencode', 'acp'], ['mine']]);
});

test('backends: the versions that are said to be tested are those that the tests install', async () => {
  const installed = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'))).dependencies;
  const packages = { ...installed('tests/acp'), ...installed('tests/acp_more') };
  const { agents } = JSON.parse((await place().backends('--json')).stdout);
  const tested = Object.fromEntries(agents.filter((each) => each.kind === 'acp' && each.tested)
    .map(({ name, tested: version }) => [name, version]));
  assert.deepEqual(tested, {
    opencode: packages['opencode-linux-x64'],
    'codex-acp': packages['@agentclientprotocol/codex-acp'],
    'claude-agent-acp': packages['@agentclientprotocol/claude-agent-acp'],
    gemini: packages['@google/gemini-cli'],
    qwen: packages['@qwen-code/qwen-code'],
    copilot: packages['@github/copilot'],
  });
});

test('backends: one is added at the end, and what stood there stays', async () => {
  const it = place('opencode');
  const before = '# mine\nlog_level = "debug"  # for now';
  it.configure(before);
  chmodSync(it.file, 0o640);
  const { code, stdout } = await it.backends('add', 'opencode');
  assert.equal(code, 0);
  assert.match(stdout, /Added the backend opencode .* The default backend is opencode\./);
  assert.equal(it.text(), `${before}\n\n[backends.opencode]\nkind = "acp"\n`);
  assert.equal(statSync(it.file).mode & 0o777, 0o640);
  const doctor = await runProgram(['backends', '--json'], { env: it.env });
  assert.equal(JSON.parse(doctor.stdout).default, 'opencode');
});

test('backends: the first one makes a file that only its owner can read', async () => {
  const it = place('gemini');
  assert.equal((await it.backends('add', 'gemini')).code, 0);
  assert.equal(it.text(), '[backends.gemini]\nkind = "acp"\n');
  assert.equal(statSync(it.file).mode & 0o777, 0o600);
});

test('backends: the default that was found installed stays the default', async () => {
  const it = place('opencode', 'claude');
  const { stdout } = await it.backends('add', 'opencode', '--name', 'open.code');
  assert.match(stdout, /The default backend is claude\./);
  assert.equal(it.text(), 'default_backend = "claude"\n\n[backends."open.code"]\nkind = "acp"\n' +
    'preset = "opencode"\n');
});

test('backends: a file behind a symbolic link is changed there', async () => {
  const it = place('opencode');
  it.configure('');
  const real = join(directory('dotfiles'), 'tine.toml');
  writeFileSync(real, 'log_level = "debug"\n');
  unlinkSync(it.file);
  symlinkSync(real, it.file);
  assert.equal((await it.backends('add', 'opencode')).code, 0);
  assert.ok(lstatSync(it.file).isSymbolicLink());
  assert.match(readFileSync(real, 'utf8'), /^log_level.*\n\n\[backends\.opencode\]/);
});

test('backends: two that are added at once are both there', async () => {
  const it = place('opencode', 'gemini', 'goose', 'qwen');
  const added = await Promise.all(['opencode', 'gemini', 'goose', 'qwen']
    .map((agent) => it.backends('add', agent)));
  assert.deepEqual(added.map(({ code }) => code), [0, 0, 0, 0]);
  for (const agent of ['opencode', 'gemini', 'goose', 'qwen'])
    assert.ok(it.text().includes(`[backends.${agent}]`), it.text());
});

for (const [what, args, words] of [
  ['an agent that is not known', ['opencod'], /no agent opencod is known; did you mean "opencode"\?/],
  ['one that tine finds by itself', ['codex'], /codex needs no entry/],
  ['one that is there already', ['opencode'], /there is a backend opencode already\s+Name the new one with --name/],
  ['one that is not installed', ['goose'], /goose is not installed: there is no program goose in PATH\s+Install it: see https/],
  ['a name that is none', ['opencode', '--name', 'a b'], /"a b" is not made of letters/],
]) {
  test(`backends: ${what} is refused, and the file stays as it is`, async () => {
    const it = place('opencode');
    const text = '[backends.opencode]\nkind = "acp"\n';
    it.configure(text);
    const { code, stderr } = await it.backends('add', ...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, words);
    assert.equal(it.text(), text);
  });
}

test('backends: a folder that cannot be written is said', async () => {
  const it = place('opencode');
  writeFileSync(join(it.home, 'config'), 'a file');
  const { code, stderr } = await it.backends('add', 'opencode');
  assert.equal(code, 1);
  assert.match(stderr, /config\/tine: cannot be written: Not a directory/);
  assert.ok(!existsSync(it.file));
});
