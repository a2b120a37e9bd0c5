// `tine memory merge`, by itself and as the merge driver of a real git.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from '../clients/node_modules/ajv/dist/ajv.js';
import { test } from '../clients/cases.mjs';
import { hostile } from '../process/hostile.mjs';
import { Place } from './place.mjs';

const judge = new Ajv.default({ allErrors: true }).compile(
  JSON.parse(readFileSync(new URL('../../schemas/project_state.v1.schema.json', import.meta.url), 'utf8')));
const id = (number) => `01ARZ3NDEKTSV4RRFFQ69${`${number}`.padStart(5, '0')}`;

class Merging extends Place {
  path(name) { return join(this.project, name); }
  write(name, state) {
    writeFileSync(this.path(name), typeof state === 'string' ? state : JSON.stringify({ version: 1, ...state }));
  }
  read(name) {
    const value = JSON.parse(readFileSync(this.path(name), 'utf8'));
    assert.ok(judge(value), JSON.stringify(judge.errors));
    return value;
  }
}

class Repository extends Merging {
  constructor(command) {
    super();
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'merge.tine.driver', command);
    this.write('.gitattributes', 'project_state.json merge=tine\n');
  }
  git(...args) {
    return execFileSync('git', ['-C', this.project, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args],
      { stdio: 'pipe', encoding: 'utf8', env: { ...process.env, ...this.env } }).trim();
  }
  /// Commits such a file.
  commit(state) {
    this.write('project_state.json', state);
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'state');
  }
  /// Merges a branch; gives whether git calls it done.
  merge(branch) {
    const { status, stderr } = spawnSync('git', ['-C', this.project, '-c', 'user.name=a', '-c', 'user.email=a@b', 'merge', '-q',
      '--no-edit', branch], { encoding: 'utf8', env: { ...process.env, ...this.env } });
    return { good: status === 0, stderr };
  }
  get merged() { return this.read('project_state.json'); }
}
const driver = `'${process.env.TINE}' memory merge %O %A %B`;

test('memory merge: git merges two branches with it, and both sides\' facts stay', () => {
  const place = new Repository(driver);
  const one = { id: id(1), title: 'one' };
  const two = { id: id(2), title: 'two' };
  place.commit({ goals: [{ id: id(9), text: 'Ship' }], tasks: [one, two] });
  place.git('switch', '-q', '-c', 'topic');
  place.commit({ goals: [{ id: id(9), text: 'Ship' }], decisions: [{ id: id(8), text: 'A table' }],
    tasks: [{ ...one, status: 'done', evidence: [{ session: 'A', turn: 1 }] }, two, { id: id(7), title: 'Write the docs.' }],
    team: { name: 'us' } });
  place.git('switch', '-q', 'main');
  place.commit({ goals: [{ id: id(9), text: 'Ship', status: 'done' }],
    tasks: [{ ...one, status: 'active', evidence: [{ session: 'B', turn: 2 }] }, { ...two, needs: [id(1), id(6)] },
      { id: id(6), title: 'write the docs' }] });
  assert.deepEqual(place.merge('topic'), { good: true, stderr: '' });
  const { goals, decisions, tasks, team } = place.merged;
  assert.deepEqual([goals.map(({ status }) => status), decisions.map(({ text }) => text), team], [['done'], ['A table'], { name: 'us' }]);
  assert.deepEqual(tasks, [
    { id: id(1), title: 'one', status: 'done', evidence: [{ session: 'B', turn: 2 }, { session: 'A', turn: 1 }] },
    { id: id(2), title: 'two', status: 'open', needs: [id(1), id(6)] },
    { id: id(6), title: 'write the docs', status: 'open' }]);
  assert.equal(place.git('status', '--short'), '');
});

test('memory merge: what it cannot reconcile is a conflict for git, with a file that is valid', () => {
  const place = new Repository(driver);
  place.commit({ tasks: [{ id: id(1), title: 'one' }, { id: id(2), title: 'two' }, { id: id(3), title: 'three' }] });
  place.git('switch', '-q', '-c', 'topic');
  place.commit({ tasks: [{ id: id(1), title: 'their one' }, { id: id(2), title: 'two', needs: [id(1)] }, { id: id(3), title: 'three', status: 'active' }] });
  place.git('switch', '-q', 'main');
  place.commit({ tasks: [{ id: id(1), title: 'our one', needs: [id(2)] }, { id: id(2), title: 'two' }] });
  const { good, stderr } = place.merge('topic');
  assert.equal(good, false);
  assert.equal(stderr, `tine: task ${id(1)} "our one": both sides changed "title"; ours stays, theirs was "their one"
tine: task ${id(3)} "three": one side removed it, the other changed it; it stays
tine: task ${id(2)} "two": the link to ${id(1)} "our one" would close a circle; it is left out
`);
  assert.deepEqual(place.merged.tasks.map(({ title, needs }) => [title, needs]),
    [['our one', [id(2)]], ['two', undefined], ['three', undefined]]);
  assert.equal(place.git('status', '--short'), 'UU project_state.json');
  place.git('add', 'project_state.json');
  place.git('commit', '-q', '--no-edit');
});

test('memory merge: git gives an empty base where both sides added the file', () => {
  const place = new Repository(driver);
  place.git('add', '-A');
  place.git('commit', '-q', '-m', 'begin');
  place.git('switch', '-q', '-c', 'topic');
  place.commit({ tasks: [{ id: id(1), title: 'same' }, { id: id(2), title: 'theirs' }] });
  place.git('switch', '-q', 'main');
  place.commit({ tasks: [{ id: id(3), title: 'Same' }, { id: id(4), title: 'ours', needs: [id(3)] }] });
  assert.equal(place.merge('topic').good, true);
  assert.deepEqual(place.merged.tasks.map(({ title, needs }) => [title, needs]), [['Same', undefined], ['theirs', undefined], ['ours', [id(1)]]]);
});

test('memory merge: a repository can name the driver, and start nothing', () => {
  const place = new Merging();
  const git = (...args) => execFileSync('git', ['-C', place.project, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe', encoding: 'utf8' });
  git('init', '-q', '-b', 'main');
  place.write('a', { tasks: [{ id: id(1), title: '$(touch started)' }], goals: [{ id: id(2), text: '`touch started`' }] });
  place.write('b', { tasks: [{ id: id(1), title: '; touch started' }], goals: [{ id: id(2), text: '| touch started' }] });
  writeFileSync(place.path('.gitattributes'), '* merge=tine filter=tine diff=tine\n');
  writeFileSync(place.path('empty'), '');
  const log = join(place.state, 'git');
  writeFileSync(join(place.config, 'git'), `#!/bin/sh\necho "$*" >> '${log}'\n`);
  chmodSync(join(place.config, 'git'), 0o755);
  const { status } = spawnSync(process.env.TINE, ['memory', 'merge', 'empty', 'a', 'b'],
    { cwd: place.project, env: { ...process.env, ...place.env, PATH: `${place.config}:${process.env.PATH}` } });
  assert.equal(status, 1);
  assert.equal(existsSync(place.path('started')), false);
  assert.equal(existsSync(log), false, 'git was started');
});

test('memory merge: what it names is told as a document, too', async () => {
  const place = new Merging();
  place.write('base', { tasks: [{ id: id(1), title: 'one' }] });
  place.write('ours', { tasks: [{ id: id(1), title: 'ours' }] });
  place.write('theirs', { tasks: [{ id: id(1), title: 'theirs' }] });
  const { stdout } = await place.ends(1, 'memory', 'merge', '--json', 'base', 'ours', 'theirs');
  assert.deepEqual(JSON.parse(stdout), { reconciled: false, unreconciled: [
    { what: 'task', how: 'ours', id: id(1), title: 'ours', member: 'title', other: 'theirs' }] });
  assert.deepEqual(await place.json('memory', 'merge', 'base', 'ours', 'base'), { reconciled: true, unreconciled: [] });
});

test('memory merge: what is no such file is refused, and nothing is written', async () => {
  const place = new Merging();
  place.write('good', { tasks: [{ id: id(1), title: 'one' }] });
  place.write('empty', '');
  place.write('newer', '{"version": 2}');
  place.write('markers', '{\n<<<<<<< ours\n}');
  place.write('wide', JSON.stringify({ version: 1, ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}`, i])) }));
  place.write('circle', { tasks: [{ id: id(1), title: 'a', needs: [id(2)] }, { id: id(2), title: 'b', needs: [id(1)] }] });
  place.write('huge', '');
  truncateSync(place.path('huge'), 200_000_000);
  symlinkSync('good', place.path('link'));
  execFileSync('mkfifo', [place.path('pipe')]);
  const bad = { newer: /newer: the file has version 2, and this program knows 1/, markers: /markers: line 2: something that is not JSON/,
    wide: /an object has more than 1000 members/, circle: /that would be a circle: "b" needs "a" needs "b"/,
    huge: /huge is larger than 16777216 bytes/, link: /a link stands where/, pipe: /a pipe, socket or device stands where/,
    '.': /there is no such file|Is a directory/, missing: /No such file/, 'no/such': /there is no such file/ };
  const before = readFileSync(place.path('good'));
  const names = readdirSync(place.project).sort();
  for (const [name, why] of Object.entries(bad)) {
    for (const args of [[name, 'good', 'good'], ['empty', name, 'good'], ['empty', 'good', name]]) {
      const { stderr } = await place.ends(2, 'memory', 'merge', ...args);
      assert.match(stderr, why, args.join(' '));
    }
  }
  // An empty file is one of no version only as the base.
  await place.ends(2, 'memory', 'merge', 'good', 'empty', 'good');
  assert.deepEqual(readFileSync(place.path('good')), before);
  assert.deepEqual(readdirSync(place.project).sort(), names);
});

test('memory merge: together too much is refused, and said', async () => {
  const place = new Merging();
  const tasks = (from, count) => ({ tasks: Array.from({ length: count }, (_, i) => ({ id: id(from + i), title: `task ${from + i}` })) });
  place.write('empty', '');
  place.write('ours', tasks(0, 6000));
  place.write('theirs', tasks(6000, 4001));
  const before = readFileSync(place.path('ours'));
  const { stderr } = await place.ends(2, 'memory', 'merge', 'empty', 'ours', 'theirs');
  assert.match(stderr, /together both sides have more than 10000 tasks[^]*tine tasks clear/);
  assert.deepEqual(readFileSync(place.path('ours')), before);
  place.write('theirs', tasks(6000, 4000));
  await place.ends(0, 'memory', 'merge', 'empty', 'ours', 'theirs');
  assert.equal(place.read('ours').tasks.length, 10_000);

  const heavy = (from) => ({ goals: Array.from({ length: 900 }, (_, i) => ({ id: id(from + i), text: `${from + i}`, note: 'x'.repeat(10_000) })) });
  place.write('ours', heavy(0));
  place.write('theirs', heavy(1000));
  assert.match((await place.ends(2, 'memory', 'merge', 'empty', 'ours', 'theirs')).stderr, /more than 1000 goals/);
  place.write('theirs', { ...heavy(0), goals: [], milestones: heavy(1000).goals });
  assert.match((await place.ends(2, 'memory', 'merge', 'empty', 'ours', 'theirs')).stderr, /together both sides would be larger than 16777216 bytes/);
});

test('memory merge: secrets that come with it are redacted, and names do nothing to a terminal', async () => {
  const place = new Merging();
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
  const titles = hostile.map((text) => text.replaceAll('\0', '')).filter((text) => text.trim());
  place.write('base', { tasks: titles.map((_, i) => ({ id: id(i), title: `task ${i}` })) });
  place.write('ours', { tasks: titles.map((text, i) => ({ id: id(i), title: `${i} ${text}`.slice(0, 300) })) });
  place.write('theirs', { tasks: titles.map((text, i) => ({ id: id(i), title: `${text} ${secret}`.slice(0, 300) })),
    goals: [{ id: id(999), text: `use ${secret}`, note: secret }] });
  chmodSync(place.path('ours'), 0o600);
  const { stdout, stderr } = await place.ends(1, 'memory', 'merge', '--json', 'base', 'ours', 'theirs');
  for (const text of [stdout, stderr, readFileSync(place.path('ours'), 'utf8')]) assert.ok(!text.includes(secret));
  assert.match(place.read('ours').goals[0].text, /^use «redacted/);
  assert.equal(stderr.trimEnd().split('\n').length, titles.length);
  assert.doesNotMatch(stderr, /[\x00-\x09\x0b-\x1f\x7f]/);
  assert.equal(statSync(place.path('ours')).mode & 0o777, 0o666 & ~process.umask());
});
